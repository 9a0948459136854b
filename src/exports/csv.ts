/** RFC 4180, every cell quoted, with a byte order mark so that Excel reads UTF-8. */
export function csvTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return `\ufeff${[header, ...rows].map((row) => row.map(csvCell).join(',')).join('\r\n')}\r\n`;
}

/** A spreadsheet runs a cell that starts with one of these as a formula; a leading apostrophe makes it text. */
function csvCell(text: string): string {
  const safe = /^[\s]*[=+\-@\t\r\n|]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}
