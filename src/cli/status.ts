import process from 'node:process';

/** What is being done, in one line that is overwritten by the next and erased at the end. */
export type Status = (text: string) => void;

const ERASE = '\r\x1b[K';

/** Writes to a terminal; to nothing else, and not when told to be quiet. */
export function statusLine(quiet: boolean, stream: Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'write'> = process.stderr): Status {
  if (quiet || !stream.isTTY) return () => undefined;
  return (text) => stream.write(ERASE + text.slice(0, (stream.columns || 80) - 1));
}
