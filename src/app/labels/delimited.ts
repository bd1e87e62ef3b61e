/**
 * The rows of a CSV or TSV text (RFC 4180: quoted fields, doubled quotes, line breaks within quotes). Tabs separate where the first line
 * has one, else semicolons where it has no comma, else commas. Empty lines are left out; fields are trimmed outside of quotes.
 */
export function delimitedRows(text: string): string[][] {
  const [first = ''] = text.split(/\r?\n/, 1);
  const delimiter = first.includes('\t') ? '\t' : first.includes(',') || !first.includes(';') ? ',' : ';';
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let quoted = false;
  let wasQuoted = false;
  /** The field has begun, with more than spaces. */
  let begun = false;
  const endField = (): void => {
    row.push(wasQuoted ? field : field.trim());
    field = '';
    wasQuoted = false;
    begun = false;
  };
  const endRow = (): void => {
    endField();
    if (row.some((value) => value !== '')) rows.push(row);
    row = [];
  };
  for (let i = 0; i < text.length; i++) {
    const c = text[i] as string;
    if (quoted) {
      if (c !== '"') field += c;
      else if (text[i + 1] === '"') {
        field += '"';
        i++;
      } else quoted = false;
    } else if (c === '"' && !begun) {
      quoted = true;
      wasQuoted = true;
      begun = true;
      field = '';
    } else if (c === delimiter) endField();
    else if (c === '\n') endRow();
    else if (c !== '\r' && !(wasQuoted && /\s/.test(c))) {
      field += c;
      begun ||= c.trim() !== '';
    }
  }
  endRow();
  return rows;
}
