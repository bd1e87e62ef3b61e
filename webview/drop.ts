/** A file that was dropped or pasted: by its path where VS Code dragged it, else with its bytes. */
export type TakenFile = { readonly name: string; readonly path: string } | { readonly name: string; readonly file: File };

/** A dragged thing that is no file on the machine that computes. */
export class NoFile extends Error {}

/** What drags of VS Code's own carry: a URI a line. Browsers and the system have `text/uri-list`, which VS Code cuts to one. */
const VSCODE_URIS = 'application/vnd.code.uri-list';
const URIS = 'text/uri-list';

/** Whether a drag may bring files, which cannot be read before they are dropped. */
export const mayBringFiles = ({ types }: DataTransfer): boolean => [VSCODE_URIS, URIS, 'Files'].some((type) => types.includes(type));

/**
 * The files of a drop or a paste. VS Code's explorer and tabs give URIs, the system's file manager gives files.
 * @throws NoFile where there are only things that are not files on disk
 */
export function filesOf(transfer: DataTransfer): TakenFile[] {
  const own = urisIn(transfer.getData(VSCODE_URIS));
  if (own.length === 0 && transfer.files.length > 0) return [...transfer.files].map((file) => ({ name: file.name, file }));
  return (own.length > 0 ? own : urisIn(transfer.getData(URIS))).map(fileOfUri);
}

const urisIn = (list: string): string[] => list.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#'));

function fileOfUri(uri: string): TakenFile {
  const path = pathOfUri(uri);
  if (path === undefined)
    throw new NoFile(`${uri.slice(0, 200)} is not a file on the disk of the machine that computes; only such files are read.`);
  return { name: path.split(/[\\/]/).at(-1) ?? path, path };
}

/** Where VS Code keeps files that the compute process, which runs beside the workspace, can read. */
const ON_DISK = ['file:', 'vscode-remote:'];

/** The absolute path of a file's URI as its machine writes it; undefined for what is no file on disk. */
export function pathOfUri(uri: string): string | undefined {
  if (!URL.canParse(uri)) return undefined;
  const { protocol, host, pathname } = new URL(uri);
  if (!ON_DISK.includes(protocol)) return undefined;
  const path = decoded(pathname);
  if (path === undefined) return undefined;
  if (/^\/[a-z]:/i.test(path)) return path.slice(1).replaceAll('/', '\\');
  return protocol === 'file:' && host !== '' ? `\\\\${host}${path.replaceAll('/', '\\')}` : path;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Who takes a dropped or pasted file, told by its name; of several the first. */
export interface Taker {
  readonly takes: (name: string) => boolean;
  readonly take: (file: TakenFile) => void;
}

/** Gives each file to the taker of its kind; one that takes several files gets the first of them. */
export function handOut(files: readonly TakenFile[], takers: readonly Taker[]): void {
  const busy = new Set<Taker>();
  for (const file of files) {
    const taker = takers.find(({ takes }) => takes(file.name));
    if (!taker || busy.has(taker)) continue;
    busy.add(taker);
    taker.take(file);
  }
}
