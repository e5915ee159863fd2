// What a person does with rows: adds one, removes one, takes the removal back.
import { MOST_ROWS, namesIn, splitRow } from "./places.js";

export class Repeats {
  constructor(desk) {
    this.desk = desk;
  }

  numberOf(row) {
    const [list, name] = splitRow(row);
    return (this.desk.sheet.rows.get(list) || []).indexOf(name) + 1;
  }

  titleOf(row) {
    return this.desk.rowTitle(row, this.numberOf(row));
  }

  add(list) {
    const { desk } = this;
    desk.commitFocused();
    if ((desk.sheet.rows.get(list) || []).length >= MOST_ROWS) {
      desk.banners.show("rows", "warn", [desk.say("rowsFull", MOST_ROWS)]);
      return;
    }
    const { row, changes } = desk.rows.adding(list);
    const step = desk.put(changes);
    step.push(...desk.put(desk.sheet.givenTo(row)), ...desk.beginRows());
    desk.history.push(step);
    desk.noteFor(step.map(({ path, after }) => [path, after]));
    this.goTo(row);
    desk.announce("rowAdded", this.titleOf(row));
  }

  /** To the first field of a row. */
  goTo(row) {
    const { fields, sheet } = this.desk;
    const first = [...fields.byPath.keys()].find((path) => path.startsWith(`${row}/`) && sheet.isRelevant(path));
    fields.jump(first ?? row);
  }

  remove(row) {
    const { desk } = this;
    const [list, name] = splitRow(row);
    const names = namesIn(desk.sheet.stored(list));
    const place = names.indexOf(name);
    if (place < 0) return;
    const title = this.titleOf(row);
    const changes = desk.rows.removing(row);
    const before = changes.map(([path]) => [path, desk.sheet.stored(path)]).slice(1);
    desk.commit(changes);
    const next = names[place + 1] ?? names[place - 1];
    desk.fields.jump(next ? `${list}[${next}]` : list);
    desk.banners.show("removed", "info", [desk.say("rowRemoved", title)], {
      actions: [[desk.say("undoRemoval"), () => this.restore(row, place, before)]],
    });
  }

  /** Puts a removed row back where it was; what was done meanwhile stays. */
  restore(row, place, answers) {
    const { desk } = this;
    const [list, name] = splitRow(row);
    const names = namesIn(desk.sheet.stored(list)).filter((it) => it !== name);
    names.splice(place, 0, name);
    desk.banners.hide("removed");
    desk.commit([[list, names.join(" ")], ...answers]);
    this.goTo(row);
    desk.announce("rowRestored", this.titleOf(row));
  }
}
