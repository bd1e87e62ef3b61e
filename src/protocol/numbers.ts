/** What JSON has no number for, in its place. */
const KEY = '$number';

/** A message whose NaN and infinities are spelled out: VS Code passes what goes to a webview as JSON, in which they would be null. */
export function spelled(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : { [KEY]: String(value) };
  return mapped(value, spelled);
}

/** What `spelled` was given. */
export function unspelled(value: unknown): unknown {
  if (typeof value === 'object' && value !== null && KEY in value) return Number(value[KEY]);
  return mapped(value, unspelled);
}

/** A copy with every value of lists and records changed; buffers are left as they are. */
function mapped(value: unknown, change: (value: unknown) => unknown): unknown {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value;
  if (Array.isArray(value)) return value.map(change);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, change(one)]));
}
