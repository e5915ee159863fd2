// The door of an opinion survey: takes the code from behind “#”, out of the address bar, and hands it over.
const door = document.querySelector("[data-door]");

function open() {
  const code = decodeURIComponent(location.hash.slice(1));
  if (!code) return;
  history.replaceState(null, "", location.pathname + location.search); // nothing of it stays in the history
  door.elements.code.value = code;
  door.querySelector("[data-lead]").hidden = false;
  door.requestSubmit();
}

addEventListener("hashchange", open); // another link pasted into the same window
open();
