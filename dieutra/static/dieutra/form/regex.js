// regex() as a full match, with patterns meaning what they mean to Python's re.ASCII.
import { EvaluationError } from "./values.js";

const MAX_TEXT = 2000;
const SPACE = " \\t\\n\\r\\f\\v";
const compiled = new Map();

export function fullMatch(text, pattern) {
  if (!compiled.has(pattern)) compiled.set(pattern, compile(pattern));
  const expression = compiled.get(pattern);
  if (!expression) throw new EvaluationError(`regex(${pattern})`);
  return [...text].length <= MAX_TEXT && expression.test(text);
}

function compile(pattern) {
  const body = `^(?:${asJavaScript(pattern)})$`;
  for (const flags of ["u", ""]) {
    try {
      return new RegExp(body, flags);
    } catch {
      // Without "u" JavaScript is more lenient about braces and escapes, as Python is.
    }
  }
  return null;
}

/** Rewrites what differs: \s is ASCII, a point is all but \n, an escaped sign needs no escape outside a class. */
function asJavaScript(pattern) {
  let inClass = false;
  return pattern.replace(/\\([^])|\[\^?\]?|\]|\./gu, (part, escaped) => {
    if (escaped === "s") return inClass ? SPACE : `[${SPACE}]`;
    if (escaped === "S" && !inClass) return `[^${SPACE}]`;
    if (escaped === "-" && !inClass) return "-";
    if (escaped !== undefined) return part;
    if (part === ".") return inClass ? "." : "[^\\n]";
    if (part[0] === "[" && !inClass) {
      inClass = true;
      return part.endsWith("]") ? `${part.slice(0, -1)}\\]` : part;
    }
    if (part === "]") inClass = false;
    return inClass && part[0] === "[" ? `\\${part}` : part;
  });
}
