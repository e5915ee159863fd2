// Asks the machine where it is, only after a click, and writes that into the fields of a point.
import { make } from "./dom.js";

const PATIENCE_MS = 20000;

export function makeLocate(holder, field, say, commit) {
  if (!navigator.geolocation) return;
  const said = make("span", { class: "dt-unit", role: "status" });
  const button = make("button", { type: "button", class: "btn btn-sm" }, say("locate"));
  button.addEventListener("click", () => {
    said.textContent = say("locating");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const { latitude, longitude, altitude, accuracy } = coords;
        const numbers = [latitude.toFixed(6), longitude.toFixed(6), (altitude ?? 0).toFixed(1), accuracy.toFixed(1)];
        field.querySelectorAll(".dt-part").forEach((part, at) => (part.value = numbers[at]));
        said.textContent = say("located");
        commit();
      },
      ({ code }) => (said.textContent = say(code === 1 ? "locateDenied" : "locateFailed")),
      { enableHighAccuracy: true, timeout: PATIENCE_MS },
    );
  });
  holder.replaceChildren(button, said);
}
