// Moving through tables by keyboard, as in a spreadsheet.

const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** The table keys of the page; `desk` commits, clears, undoes. */
export class Keys {
  constructor(grids, desk) {
    this.grids = grids;
    this.desk = desk;
  }

  /** True when the key was used. */
  press(event, field) {
    const place = this.grids.place(field);
    if (!place || event.isComposing || event.altKey) return false;
    if (event.key in ARROWS) return this.arrow(event, field, place);
    if (event.key === "Enter")
      return this.go(place, place.grid.next(place, event.shiftKey ? -1 : 1, 0), field);
    if (event.key === "Home" || event.key === "End") return this.homeOrEnd(event, field, place);
    if (event.key === "Escape") return this.desk.revert(field);
    if (event.key === "F2") return caretToEnd(field);
    if (event.key === "Delete" && (place.grid.hasRange || isAllSelected(field)))
      return this.desk.clear(place);
    if (event.key === "Tab" || (event.key.length === 1 && !event.ctrlKey && !event.metaKey)) this.grids.unselect();
    if (event.key === "a" && (event.ctrlKey || event.metaKey)) return this.selectTable(field, place);
    return false;
  }

  arrow(event, field, place) {
    const [dr, dc] = ARROWS[event.key];
    const far = event.ctrlKey || event.metaKey;
    if (dc && !place.grid.hasRange && !far && !atEdge(field, dc)) return false;
    const from = event.shiftKey && place.grid.head ? place.grid.head : place;
    const to = place.grid.next(from, dr, dc, far);
    if (!event.shiftKey) return this.go(place, to, field);
    if (to) this.extend(place, to);
    return true;
  }

  homeOrEnd(event, field, place) {
    const last = event.key === "End";
    const whole = event.ctrlKey || event.metaKey;
    if (!whole && !isAllSelected(field) && !atEdge(field, last ? 1 : -1)) return false;
    return this.go(place, place.grid.edge(place, last, whole), field);
  }

  go(place, to, field) {
    this.grids.unselect();
    if (to) place.grid.field(to.r, to.c).focus();
    else this.desk.settle(field);
    return true;
  }

  extend(place, to) {
    const { grid } = place;
    grid.select(grid.anchor ?? { r: place.r, c: place.c }, to);
    grid.field(to.r, to.c)?.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.desk.saySelection(grid.range(place));
  }

  selectTable(field, { grid }) {
    if (!isAllSelected(field)) return false;
    grid.select({ r: 0, c: 0 }, { r: grid.height - 1, c: grid.width - 1 });
    this.desk.saySelection(grid.range({ r: 0, c: 0 }));
    return true;
  }
}

function isAllSelected(field) {
  return field.selectionStart === 0 && field.selectionEnd === field.value.length;
}

/** Whether the caret can go no further inside the field. */
function atEdge(field, direction) {
  if (isAllSelected(field)) return true;
  const caret = direction < 0 ? field.selectionStart : field.selectionEnd;
  return field.selectionStart === field.selectionEnd && caret === (direction < 0 ? 0 : field.value.length);
}

function caretToEnd(field) {
  field.setSelectionRange(field.value.length, field.value.length);
  return true;
}
