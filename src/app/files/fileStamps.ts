import { statSync } from 'node:fs';
import { InspectumError } from '../../tensor/errors.ts';

/** How files were when they were first looked at. Weights are read by their place in a file, long after the file was opened. */
export class FileStamps {
  readonly #stamps = new Map<string, string | undefined>();

  /** Remembers a file as it is now; one that is known already, as it was. */
  note(file: string): void {
    if (!this.#stamps.has(file)) this.#stamps.set(file, stampOf(file));
  }

  get paths(): readonly string[] {
    return [...this.#stamps.keys()];
  }

  get unchanged(): boolean {
    return [...this.#stamps].every(([file, stamp]) => stamp !== undefined && stampOf(file) === stamp);
  }

  /** @throws InspectumError 'changed' or 'missing' where a file is not what it was */
  check(): void {
    for (const [file, stamp] of this.#stamps) {
      const now = stampOf(file);
      if (now === undefined)
        throw new InspectumError(
          'missing',
          `${file}: was moved or deleted since the model was opened. Put it back, or open the model again.`,
        );
      if (now !== stamp)
        throw new InspectumError(
          'changed',
          `${file}: has changed since the model was opened, so its weights may stand elsewhere by now. Open the model again.`,
        );
    }
  }
}

/** Size and time of the last change; undefined where there is no such file. */
function stampOf(file: string): string | undefined {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stat && `${stat.size} ${stat.mtimeNs}`;
}
