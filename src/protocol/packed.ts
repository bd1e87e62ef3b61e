/** Of values that cross borders as text: their JSON in UTF-8. */
const texts = new WeakMap<object, Uint8Array>();

/**
 * Marks a large value of many parts, plain data without typed arrays, to cross every border as text: the ends between then take bytes and
 * pass them on, instead of copying it part by part. @returns the value itself
 */
export function packed<T extends object>(value: T): T {
  if (!texts.has(value)) texts.set(value, new TextEncoder().encode(JSON.stringify(value)));
  return value;
}

/** The text of a value that is packed; undefined for any other. */
export const textOf = (value: unknown): Uint8Array | undefined => (typeof value === 'object' && value ? texts.get(value) : undefined);

/** The value of a text, which is packed from then on. */
export function unpacked(text: Uint8Array): unknown {
  const value = JSON.parse(new TextDecoder().decode(text));
  texts.set(value, text);
  return value;
}
