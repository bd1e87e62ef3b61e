/** The path of what is around a module or group: '' around one at the top. */
export const parentPath = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('.')));

/** The longest path that both are in or are. */
export function commonPath(a: string, b: string): string {
  if (a === b) return a;
  let end = 0;
  let i = 0;
  for (; i < a.length && i < b.length && a[i] === b[i]; i++) if (a[i] === '.') end = i;
  const isWhole = (i === a.length && b[i] === '.') || (i === b.length && a[i] === '.');
  return a.slice(0, isWhole ? i : end);
}
