import { realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Initializer } from '../../graph/graph.ts';
import { byteLength } from '../../tensor/dtype.ts';
import { InspectumError } from '../../tensor/errors.ts';
import { sizeOf } from '../../tensor/tensor.ts';
import { checkBytes, type TensorInfo } from './tensorInfo.ts';

/** A model's file by the path that was given, for messages, and by the one where its bytes stand: the two differ for links. */
export interface ModelFile {
  readonly path: string;
  readonly real: string;
}

/** A tensor whose bytes stand in a file beside the model; that file is looked at, not read. */
export function externalTensor(info: TensorInfo, entries: ReadonlyMap<string, string>, model: ModelFile): Initializer {
  const offset = Number(entries.get('offset') ?? 0);
  const length = Number(entries.get('length') ?? byteLength(info.dtype, sizeOf(info.dims)));
  if (info.dtype === 'string')
    throw new InspectumError('corrupt', `${model.path}: tensor ${info.name} holds texts, which cannot stand in another file.`);
  checkBytes(model.path, info, length);
  const { file, size } = weightFile(entries.get('location') ?? '', info.name, model);
  if (!Number.isSafeInteger(offset) || offset < 0 || offset + length > size)
    throw new InspectumError(
      'corrupt',
      `${file}: ends at byte ${size}, but ${info.name} needs bytes ${offset} to ${offset + length}. It is truncated or belongs to another model.`,
    );
  return { ...info, source: { kind: 'file', path: file, offset, length } };
}

/** The file that a model names for its weights: in the model's folder or below, or beside the file that the model is a link to. */
function weightFile(location: string, tensor: string, { path: modelPath, real: realModel }: ModelFile): { file: string; size: number } {
  // The format wants '/'; writers on Windows leave '\' in. A drive or a share is absolute there and nowhere meant as a name.
  const relative = location.replaceAll('\\', '/');
  const folder = path.dirname(modelPath);
  const file = path.resolve(folder, relative);
  const refused = (): InspectumError =>
    new InspectumError(
      'refused',
      `${modelPath}: the weights of ${tensor} are said to be in ${JSON.stringify(location)}, outside of the model's folder. Such a path is not followed.`,
    );
  const inside = (child: string, parent: string): boolean => child.startsWith(parent.endsWith(path.sep) ? parent : parent + path.sep);
  if (path.win32.isAbsolute(relative) || /^[a-z]:/i.test(relative) || !inside(file, folder)) throw refused();
  let real: string;
  try {
    real = realpathSync(file);
  } catch (cause) {
    throw new InspectumError(
      'missing',
      `${modelPath}: the weights of ${tensor} should be in ${file}, which is not there. Put that file beside the model.`,
      { cause },
    );
  }
  if (!inside(real, realpathSync(folder)) && path.dirname(real) !== path.dirname(realModel)) throw refused();
  const stat = statSync(real);
  if (!stat.isFile())
    throw new InspectumError('missing', `${modelPath}: the weights of ${tensor} should be in ${file}, which is not a file.`);
  return { file: real, size: stat.size };
}
