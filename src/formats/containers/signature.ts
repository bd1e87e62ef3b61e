/** First bytes of files that are mistaken for models, and what to say of them. */
const SIGNATURES: readonly (readonly [string, string])[] = [
  ['version https://git-lfs', 'a pointer of Git LFS, not the file itself: run "git lfs pull"'],
  ['\x89PNG', 'a PNG image'],
  ['\xff\xd8\xff', 'a JPEG image'],
  ['GIF8', 'a GIF image'],
  ['RIFF', 'a RIFF file (a WebP image, say)'],
  ['%PDF', 'a PDF document'],
  ['PK\x03\x04', 'a zip archive (PyTorch and Keras files are such)'],
  ['\x1f\x8b', 'compressed by gzip: unpack it first'],
  ['\x89HDF', 'an HDF5 file (older Keras files are such)'],
  ['\x93NUMPY', 'a NumPy array'],
  ['\x80\x02', 'a Python pickle (older PyTorch files are such)'],
];

/** What a file is by its first bytes, in words that follow "is"; undefined where they tell nothing. */
export function describeContent(head: Uint8Array): string | undefined {
  const text = Buffer.from(head).toString('latin1');
  const signature = SIGNATURES.find(([start]) => text.startsWith(start));
  if (signature) return signature[1];
  // The four bytes before a FlatBuffer's identifier are an offset.
  if (text.startsWith('ORTM', 4)) return "in ONNX Runtime's own format, whose files end in .ort";
  if (text.startsWith('TFL3', 4)) return 'a TensorFlow Lite model';
  const trimmed = text.trimStart();
  if (trimmed.startsWith('<')) return 'a web page or XML: a download that asked for a login, perhaps';
  if (trimmed.startsWith('{') || trimmed.startsWith('[')) return 'JSON text';
  if (head.length > 0 && head.every((byte) => byte >= 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09)) return 'text';
  return undefined;
}
