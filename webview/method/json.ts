/** Numbers of a list as "3, 8, 8", null as nothing, anything else as JSON. */
export const formatJson = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  return Array.isArray(value) && value.every((one) => typeof one === 'number') ? value.join(', ') : JSON.stringify(value);
};

/** What `formatJson` wrote; undefined where the text is nothing of the kind. */
export function parseJson(text: string): unknown {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  if (/^-?\d+(\s*[,×x ]\s*-?\d+)+$/.test(trimmed)) return trimmed.split(/\s*[,×x ]\s*/).map(Number);
  try {
    return JSON.parse(trimmed);
  } catch {
    return /^[[{"]/.test(trimmed) ? undefined : trimmed;
  }
}
