/** Messages as JSON with their arrays in base64, for a page and a test that have nothing but text between them. */
const ARRAYS = { $f32: Float32Array, $u8: Uint8Array } as const;

export const toJson = (message: unknown): string =>
  JSON.stringify(message, (_key, value: unknown) => {
    if (value instanceof Float32Array) return { $f32: base64(value) };
    return value instanceof Uint8Array ? { $u8: base64(value) } : value;
  });

export const fromJson = (json: string): unknown =>
  JSON.parse(json, (_key, value: Partial<Record<keyof typeof ARRAYS, string>> | null) => {
    for (const [name, type] of Object.entries(ARRAYS)) {
      const text = value?.[name as keyof typeof ARRAYS];
      if (typeof text === 'string') return new type(bytesOf(atob(text)).buffer);
    }
    return value;
  });

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

function base64({ buffer, byteOffset, byteLength }: Uint8Array | Float32Array): string {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  let text = '';
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
}
