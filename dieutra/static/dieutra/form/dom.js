// Small ways to make elements; no markup is ever read from text.

/** An element with attributes (class, data-*, aria-*), listeners (onclick: function) and children. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

export function setAttribute(element, name, value) {
  if (value) element.setAttribute(name, value);
  else element.removeAttribute(name);
}

/** The hour and minute of a moment, as 14:05. */
export function clock(iso) {
  const at = iso ? new Date(iso) : new Date();
  const time = Number.isNaN(at.getTime()) ? new Date() : at;
  return `${String(time.getHours()).padStart(2, "0")}:${String(time.getMinutes()).padStart(2, "0")}`;
}
