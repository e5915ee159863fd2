// Blocks of cells to and from other programs: tab-separated text as Excel writes it.

/** Rows of texts from tab-separated lines; quoted parts may hold tabs, line ends and doubled quotes. */
export function parseBlock(text) {
  const rows = [[]];
  let at = 0;
  while (at < text.length) {
    const [part, next] = text[at] === '"' ? quoted(text, at) : plain(text, at);
    rows[rows.length - 1].push(part);
    at = next;
    if (at >= text.length) break;
    if (text[at] === "\t") {
      at += 1;
      if (at === text.length) rows[rows.length - 1].push("");
      continue;
    }
    at += text.startsWith("\r\n", at) ? 2 : 1;
    if (at < text.length) rows.push([]);
  }
  return rows;
}

function plain(text, from) {
  const length = text.slice(from).search(/[\t\r\n]/);
  const to = length < 0 ? text.length : from + length;
  return [text.slice(from, to), to];
}

function quoted(text, from) {
  const found = /^"((?:[^"]|"")*)"(?=[\t\r\n]|$)/.exec(text.slice(from));
  return found ? [found[1].replaceAll('""', '"'), from + found[0].length] : plain(text, from);
}

/** Rows of texts as tab-separated lines. */
export function blockText(rows) {
  const guarded = (text) => (/["\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return rows.map((row) => row.map(guarded).join("\t")).join("\r\n");
}

/** The same as an HTML table: Excel reads numbers from x:num, whatever its language. */
export function blockHtml(rows, numbers) {
  const table = document.createElement("table");
  rows.forEach((row, r) => {
    const line = table.insertRow();
    row.forEach((text, c) => {
      const cell = line.insertCell();
      cell.textContent = text;
      if (numbers[r][c] !== null) cell.setAttribute("x:num", numbers[r][c]);
    });
  });
  return `<html xmlns:x="urn:schemas-microsoft-com:office:excel"><body>${table.outerHTML}</body></html>`;
}
