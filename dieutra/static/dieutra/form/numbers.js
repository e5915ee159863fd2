// Vietnamese numbers and dates, both ways; says the same as dieutra/channels/web/formats.py.
// Text that is no number is kept untouched; text that may be two numbers is kept with a "?" before it.

const VIETNAMESE = /^(-?)([0-9]{1,3}(?:[. ][0-9]{3})+|[0-9]+)?(?:,([0-9]+))?$/;
const POINT = /^(-?)([0-9]+)\.([0-9]+)$/;
const GROUPED_ONCE = /^-?[1-9][0-9]{0,2}\.[0-9]{3}$/;
const ENGLISH_GROUP = /^-?[1-9][0-9]{0,2},[0-9]{3}$/;
const ENGLISH_THOUSANDS = /^-?[1-9][0-9]{0,2},000$/;
const DOUBTFUL = /^\?(?=-?[1-9][0-9]{0,2}[.,][0-9]{3}$)/;
const CANONICAL = /^-?[0-9]+(\.[0-9]+)?$/;
const DAY = /^([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})$/;

/** The stored form of a typed number: "1.234,5" -> "1234.5". Kind: "int" or "decimal". */
export function canonicalNumber(text, kind) {
  const plain = tidy(text);
  if (kind !== "int" && GROUPED_ONCE.test(plain)) return `?${plain}`;
  const parts = wholeAndFraction(plain);
  if (!parts) return text;
  let [sign, whole, fraction] = parts;
  if (kind === "int") {
    if (/[1-9]/.test(fraction) || ENGLISH_THOUSANDS.test(plain)) return text;
    fraction = "";
  }
  whole = whole.replace(/^0+/, "") || "0";
  if (!/[1-9]/.test(whole + fraction)) sign = "";
  return fraction ? `${sign}${whole}.${fraction}` : `${sign}${whole}`;
}

/** As canonicalNumber, for text from another program: there "1,234" may also be an English 1234. */
function canonicalPasted(text, kind) {
  const plain = tidy(text);
  return kind === "decimal" && ENGLISH_GROUP.test(plain) ? `?${plain}` : canonicalNumber(text, kind);
}

/** Text that may be two numbers, without the mark under which it is kept. */
export function asTyped(stored) {
  return stored.replace(DOUBTFUL, "");
}

function tidy(text) {
  return text
    .replace(/[\s\u00a0\u202f]+/g, " ")
    .trim()
    .replace(/\u2212/g, "-");
}

function wholeAndFraction(text) {
  const found = VIETNAMESE.exec(text);
  if (found && (found[2] || found[3])) {
    if (text.includes(".") && text.includes(" ")) return null;
    return [found[1], (found[2] || "").replace(/[. ]/g, ""), found[3] || ""];
  }
  const point = POINT.exec(text);
  return point ? [point[1], point[2], point[3]] : null;
}

/** "21/11/2026" -> "2026-11-21"; anything else comes back as is. */
export function canonicalDate(text) {
  const found = DAY.exec(text.trim());
  if (!found) return text;
  const iso = `${found[3]}-${found[2].padStart(2, "0")}-${found[1].padStart(2, "0")}`;
  return isDate(iso) ? iso : text;
}

/** Whether a string is a day of the calendar written YYYY-MM-DD. */
export function isDate(text) {
  const found = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/.exec(text);
  if (!found) return false;
  const [year, month, day] = found.slice(1).map(Number);
  if (year < 1 || month < 1 || month > 12) return false;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return day >= 1 && day <= days[month - 1];
}

/** "1234.5" -> "1.234,5", or "1234,5" when not grouped; text that is no number stays. */
export function shownNumber(stored, grouped = true) {
  if (!CANONICAL.test(stored)) return asTyped(stored);
  const [whole, fraction] = stored.split(".");
  const head = grouped ? whole.replace(/\B(?=([0-9]{3})+$)/g, ".") : whole;
  return fraction ? `${head},${fraction}` : head;
}

/** "2026-11-21" -> "21/11/2026". */
export function shownDate(canonical) {
  return isDate(canonical) ? canonical.split("-").reverse().join("/") : canonical;
}

/** "2026" or "11/2026" -> the first day of it, where only a year or a month is asked for. */
function canonicalShortDate(text, appearance) {
  if (appearance.includes("year") && /^[0-9]{4}$/.test(text)) return `${text}-01-01`;
  const month = /^([0-9]{1,2})[/.-]([0-9]{4})$/.exec(text);
  if (appearance.includes("month-year") && month) return canonicalDate(`1/${month[1]}/${month[2]}`);
  return canonicalDate(text);
}

function shownDay(value, appearance) {
  if (isDate(value) && appearance.includes("year")) return value.slice(0, 4);
  if (isDate(value) && appearance.includes("month-year")) return `${value.slice(5, 7)}/${value.slice(0, 4)}`;
  return shownDate(value);
}

/** Typed text -> stored string, by the node's type. */
export function canonical(text, type, pasted = false, appearance = []) {
  if (type === "int" || type === "decimal") {
    if (!text.trim()) return "";
    return pasted ? canonicalPasted(text, type) : canonicalNumber(text, type);
  }
  if (type === "date") return canonicalShortDate(text.trim(), appearance);
  return text.replace(/\r\n/g, "\n").trim();
}

/** Stored string -> text of a field; numbers without grouping while they are edited, and years always. */
export function shown(value, node, editing = false) {
  if (node.type === "int" || node.type === "decimal") return shownNumber(value, !editing && isAmount(node));
  if (node.type === "date") return shownDay(value, node.appearance || []);
  return node.type === "time" && /^[0-9]{2}:[0-9]{2}/.test(value) ? value.slice(0, 5) : value;
}

/** Whether a number counts something; a bare question such as a year of birth does not. */
export function isAmount(node) {
  return node.kind === "cell" || Boolean(node.unit) || (node.appearance || []).includes("thousands-sep");
}
