import type { Format } from '../format.ts';
import { decodeOnnx } from './decode.ts';
import { lift } from './lift.ts';

export const onnx: Format = {
  name: 'ONNX',
  extensions: ['.onnx'],
  read(path) {
    const model = decodeOnnx(path);
    const opset = model.opsets.get('');
    return {
      graph: lift(model),
      format: ['ONNX', ...(opset === undefined ? [] : [`opset ${opset}`]), ...(model.producer ? [model.producer] : [])].join(', '),
      metadata: model.metadata,
    };
  },
};
