import type { Shape } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import { gradientOfTarget, runTargeted } from '../gradientGraph.ts';
import type { AttributionRequest } from '../method.ts';

/**
 * captum.attr.LayerGradientXActivation summed to one number per unit: for layers without height and width.
 * @param shape of the layer's value, batch first: units are channels (N, C, 1, 1), features (N, F), or the last axis of a
 * sequence (N, T, F)
 * @returns float32 [units]
 */
export function unitContributions(request: AttributionRequest, value: string, shape: Shape): Promise<Tensor> {
  const unitAxis = shape.length === 3 ? 2 : Math.min(1, shape.length - 1);
  const others = shape.map((_, axis) => axis).filter((axis) => axis !== unitAxis);
  return runTargeted(request, `units ${request.output} ${value}`, (builder) => {
    const gradient = gradientOfTarget(builder, request, value, `the layer ${request.layer?.id}`);
    const product = builder.mul(gradient, value);
    return others.length ? builder.op('ReduceSum', [product, builder.ints(others)], { keepdims: 0 }) : product;
  });
}
