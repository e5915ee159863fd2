// One case by keyboard, and ready reasons put into the box where they can be edited.

import { shortcuts } from "./shortcuts.js";

const back = document.querySelector("[data-give-back]");
const text = document.getElementById("text");

function openReturn() {
  if (!back) return;
  back.open = true;
  text.focus();
}

document.querySelectorAll("[data-reason]").forEach((link) => link.addEventListener("click", (event) => {
  event.preventDefault();
  event.stopPropagation();
  const said = text.value.trim();
  text.value = said ? `${said}\n${link.dataset.reason}` : link.dataset.reason;
  text.focus();
}));
if (location.hash === "#tra-lai-phieu") openReturn();

shortcuts({
  j: () => document.querySelector("[data-after]")?.click(),
  k: () => document.querySelector("[data-before]")?.click(),
  a: () => document.querySelector("[data-approve]")?.focus(),
  r: openReturn,
});
