// A slider beside the number of a range question. The number is the answer; the slider only moves it.
import { make } from "./dom.js";

export function makeSlider(holder, field, label, typed) {
  const { start, end, step } = holder.dataset;
  const slider = make("input", {
    type: "range",
    class: "dt-range",
    min: String(Math.min(Number(start), Number(end))),
    max: String(Math.max(Number(start), Number(end))),
    step: String(Math.abs(Number(step))),
    "aria-label": label,
  });
  const follow = () => {
    const value = field.value.trim().replace(",", ".");
    const isNumber = /^-?[0-9]+(\.[0-9]+)?$/.test(value);
    slider.value = isNumber ? value : start;
    slider.classList.toggle("is-blank", !isNumber);
    slider.disabled = field.readOnly;
  };
  const move = () => {
    field.value = slider.value.replace(".", ",");
    typed(false);
    slider.classList.remove("is-blank");
  };
  slider.addEventListener("input", (event) => {
    event.stopPropagation();
    move();
  });
  slider.addEventListener("change", (event) => {
    event.stopPropagation();
    move();
    typed(true);
  });
  field.addEventListener("dt-shown", follow);
  holder.replaceChildren(make("span", {}, start.replace(".", ",")), slider, make("span", {}, end.replace(".", ",")));
  follow();
}
