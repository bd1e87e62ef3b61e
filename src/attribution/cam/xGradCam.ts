import { gradientCam } from './gradientCam.ts';

/** Of pytorch-grad-cam: keeps the quotient finite. */
const EPSILON = 1e-7;

/**
 * pytorch-grad-cam's XGradCAM (Fu et al. 2020, https://arxiv.org/abs/2008.02312): each channel weighted by the mean of its gradient, in
 * which every position counts by its share of the channel's activation.
 */
export const xGradCam = gradientCam({
  name: 'XGradCAM',
  doc: "Grad-CAM whose mean gradient counts every position by its share of the channel's activation.",
  paper: { authors: 'Fu et al.', year: 2020, url: 'https://arxiv.org/abs/2008.02312' },
  weights(builder, { value, gradient, axes }) {
    const sum = (terms: string) => builder.op('ReduceSum', [terms, builder.ints(axes)], { keepdims: 1 });
    const shares = builder.div(value, builder.add(sum(value), builder.float(EPSILON)));
    return sum(builder.mul(gradient, shares));
  },
});
