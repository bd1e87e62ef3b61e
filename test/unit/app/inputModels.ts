import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Model } from '../../../src/app/model.ts';
import { encodePng } from '../../../src/image/encodePng.ts';
import { writeNpy } from '../../../src/tensor/npy.ts';
import { floats } from '../../../src/tensor/tensor.ts';
import { modelFile, port } from '../formats/hostile.ts';
import { temporaryFolder } from '../formats/models.ts';

/** ONNX's codes of dtypes. */
export const FLOAT = 1;
export const UINT8 = 2;
export const INT8 = 3;
export const INT64 = 7;

interface Input {
  readonly name: string;
  readonly dims: readonly number[];
  readonly code: number;
}

/** A model that gives back its first input. */
export function modelOf(inputs: readonly Input[], folder = temporaryFolder()): { model: Model; folder: string } {
  const [first] = inputs as [Input];
  const file = path.join(folder, 'model.onnx');
  const nodes = [{ name: 'same', op: 'Identity', inputs: [first.name], outputs: ['y'] }];
  const ports = inputs.map(({ name, dims, code }) => port(name, dims, code));
  writeFileSync(file, modelFile({ nodes, inputs: ports, outputs: [port('y', first.dims, first.code)] }));
  return { model: Model.open(file), folder };
}

/** A picture of one colour. */
export function picture(folder: string, name: string, colour: readonly [number, number, number]): string {
  const file = path.join(folder, name);
  const data = Uint8ClampedArray.from({ length: 4 * 16 }, (_, i) => (i % 4 === 3 ? 255 : (colour[i % 4] as number)));
  writeFileSync(file, encodePng({ width: 4, height: 4, data }));
  return file;
}

export function array(folder: string, name: string, values: readonly number[]): string {
  const file = path.join(folder, name);
  writeFileSync(file, writeNpy(floats([1, values.length], values)));
  return file;
}
