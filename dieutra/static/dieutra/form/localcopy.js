// The copy of unsaved work kept on this machine, one entry per open page, found again by case and user.

const PREFIX = "dieutra:draft:";

/** For forms of which nothing may stay on the machine: the next person at it must not find another's answers. */
export class NoCopy {
  works = false; // so that leaving the page with unsaved answers asks first
  write = () => true;
  remove() {}
  left = () => [];
  drop() {}
}

export class LocalCopy {
  /** `key` names case and user; `tab` this opened page. */
  constructor(key, tab) {
    this.start = `${PREFIX}${key}:`;
    this.name = this.start + tab;
    this.works = true;
  }

  /** Written at once; false when the browser keeps nothing. */
  write(entry) {
    try {
      localStorage.setItem(this.name, JSON.stringify({ ...entry, at: Date.now() }));
      this.works = true;
    } catch {
      this.works = false;
    }
    return this.works;
  }

  remove() {
    try {
      localStorage.removeItem(this.name);
    } catch {
      this.works = false;
    }
  }

  /** What earlier pages left, oldest first, with the name of each entry. */
  left() {
    try {
      return Object.keys(localStorage)
        .filter((name) => name.startsWith(this.start) && name !== this.name)
        .map((name) => ({ name, ...JSON.parse(localStorage.getItem(name)) }))
        .sort((one, other) => one.at - other.at);
    } catch {
      return [];
    }
  }

  drop(names) {
    for (const name of names) localStorage.removeItem(name);
  }
}
