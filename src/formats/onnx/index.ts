import type { Format } from '../format.ts';
import { decodeOnnx } from './decode.ts';
import { lifted } from './lifted.ts';

export const onnx: Format = {
  name: 'ONNX',
  extensions: ['.onnx'],
  read: (path) => lifted('ONNX', decodeOnnx(path)),
};
