// Undo and redo of commits: a step is the list of {path, before, after} of one commit or one paste.

const LONGEST = 500;

export class History {
  constructor() {
    this.done = [];
    this.undone = [];
  }

  push(step) {
    this.done.push(step);
    if (this.done.length > LONGEST) this.done.shift();
    this.undone = [];
  }

  /** The changes that take the last step back; null when there is none. */
  undo() {
    const step = this.done.pop();
    if (!step) return null;
    this.undone.push(step);
    return step.map(({ path, before }) => [path, before]);
  }

  redo() {
    const step = this.undone.pop();
    if (!step) return null;
    this.done.push(step);
    return step.map(({ path, after }) => [path, after]);
  }
}
