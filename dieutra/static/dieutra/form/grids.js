// The tables of the page as grids of fields: neighbours, ranges, selection.

export class Grid {
  constructor(table) {
    this.table = table;
    this.box = table.closest("[data-table-box]");
    this.rows = [...table.querySelectorAll("tr[data-row]")];
    this.fields = this.rows.map((row) =>
      [...row.querySelectorAll("td:not(.dt-code)")].map((cell) => cell.querySelector("input[type=text][data-field]")),
    );
    this.height = this.rows.length;
    this.width = this.fields[0]?.length ?? 0;
    this.anchor = null;
    this.head = null;
  }

  /** The field of a place; null where it is blocked, hidden or outside. */
  field(r, c) {
    const field = this.fields[r]?.[c];
    if (!field || this.rows[r].hidden || field.closest("td").classList.contains("is-off")) return null;
    return field;
  }

  /** The next field in a direction, over blocked ones; with `far`, the last one. */
  next({ r, c }, dr, dc, far = false) {
    let found = null;
    for (
      let y = r + dr, x = c + dc;
      y >= 0 && y < this.height && x >= 0 && x < this.width;
      y += dr, x += dc
    ) {
      if (!this.field(y, x)) continue;
      found = { r: y, c: x };
      if (!far) break;
    }
    return found;
  }

  /** The first or last field of a row, or of the whole table. */
  edge({ r }, last, whole) {
    const rows = whole ? this.rows.map((_, at) => at) : [r];
    const places = rows
      .flatMap((y) => this.fields[y].map((_, x) => ({ r: y, c: x })))
      .filter(({ r: y, c: x }) => this.field(y, x));
    return (last ? places[places.length - 1] : places[0]) ?? null;
  }

  /** The selected rectangle, or the single place. */
  range(place) {
    if (!this.anchor || !this.head) return { top: place.r, left: place.c, bottom: place.r, right: place.c };
    return {
      top: Math.min(this.anchor.r, this.head.r),
      left: Math.min(this.anchor.c, this.head.c),
      bottom: Math.max(this.anchor.r, this.head.r),
      right: Math.max(this.anchor.c, this.head.c),
    };
  }

  get hasRange() {
    return Boolean(
      this.anchor && this.head && (this.anchor.r !== this.head.r || this.anchor.c !== this.head.c),
    );
  }

  select(anchor, head) {
    this.unmark();
    [this.anchor, this.head] = [anchor, head];
    const { top, left, bottom, right } = this.range(head);
    for (let r = top; r <= bottom; r++) {
      for (let c = left; c <= right; c++) this.fields[r][c]?.closest("td").classList.add("is-selected");
    }
  }

  unselect() {
    this.unmark();
    this.anchor = this.head = null;
  }

  unmark() {
    for (const cell of this.table.querySelectorAll(".is-selected")) cell.classList.remove("is-selected");
  }
}

/** All grids, and the place of each field in its grid. */
export class Grids {
  constructor(root) {
    this.root = root;
    this.collect();
  }

  /** Finds the tables that the page has now. */
  collect() {
    this.places = new Map();
    this.all = [...this.root.querySelectorAll("table[data-table]")].map((table) => new Grid(table));
    for (const grid of this.all) {
      grid.fields.forEach((row, r) =>
        row.forEach((field, c) => field && this.places.set(field, { grid, r, c })),
      );
    }
  }

  place(field) {
    return this.places.get(field);
  }

  unselect() {
    for (const grid of this.all) if (grid.anchor) grid.unselect();
  }
}
