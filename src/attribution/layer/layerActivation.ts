import { GraphBuilder } from '../../graph/builder.ts';
import { type Tensor, toFloat32 } from '../../tensor/tensor.ts';
import { RESULT } from '../gradientGraph.ts';
import { ATTRIBUTE_TO_LAYER_INPUT, type Method } from '../method.ts';
import { layerValue } from './layerValue.ts';

/** captum.attr.LayerActivation: the value of the layer itself, in its own shape. */
export const layerActivation: Method = {
  name: 'LayerActivation',
  level: 'layer',
  needsTarget: false,
  doc: "The layer's output for this input.",
  parameters: { attribute_to_layer_input: ATTRIBUTE_TO_LAYER_INPUT },
  async attribute(request) {
    const value = layerValue(request);
    const build = () => {
      const builder = new GraphBuilder(request.graph);
      builder.outputs = [];
      builder.output(value, RESULT, request.graph.values.get(value) ?? { dtype: 'float32' });
      return builder.build();
    };
    const session = await request.session(`LayerActivation ${value}`, build, { integers: true });
    return toFloat32((await session.run(request.feeds))[RESULT] as Tensor);
  },
};
