import type { Format } from '../format.ts';
import { lifted } from '../onnx/lifted.ts';
import { decodeOrt } from './decode.ts';

export const ort: Format = {
  name: 'ONNX Runtime',
  extensions: ['.ort'],
  read: (path) => lifted('ONNX Runtime', decodeOrt(path)),
};
