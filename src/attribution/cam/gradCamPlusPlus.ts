import { gradientCam } from './gradientCam.ts';

/** Of pytorch-grad-cam: keeps the quotient finite. */
const EPSILON = 1e-6;

/**
 * pytorch-grad-cam's GradCAMPlusPlus (Chattopadhyay et al. 2018, https://arxiv.org/abs/1710.11063, equation 19): each channel weighted by
 * Σ α · max(g, 0), where α = g² / (2g² + g³ Σ A), sums over the positions of the channel.
 */
export const gradCamPlusPlus = gradientCam({
  name: 'GradCAMPlusPlus',
  doc: 'Grad-CAM whose channels are weighted by the positive gradients of single positions: several objects of a class are found better.',
  paper: { authors: 'Chattopadhyay et al.', year: 2018, url: 'https://arxiv.org/abs/1710.11063' },
  weights(builder, { value, gradient, axes }) {
    const { add, mul, div } = builder;
    const total = builder.op('ReduceSum', [value, builder.ints(axes)], { keepdims: 1 });
    const square = mul(gradient, gradient);
    const below = add(add(add(square, square), mul(total, mul(square, gradient))), builder.float(EPSILON));
    return builder.op('ReduceSum', [mul(builder.op('Relu', [gradient]), div(square, below)), builder.ints(axes)], { keepdims: 1 });
  },
});
