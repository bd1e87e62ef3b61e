/** What a path of modules ends in, where TensorFlow and Caffe2 name the parameter of a layer. */
const VARIABLE =
  /^(?:(?:depthwise_|pointwise_|recurrent_)?(?:kernel|weights?)|bias(?:es)?|gamma|beta|alpha|moving_(?:mean|variance)|embeddings|[wWbB])$/;

/** The same at the end of a name without a path, as MXNet, Caffe2 and Keras write it. */
const SUFFIX = /_(?:weights?|bias(?:es)?|gamma|beta|alpha|(?:running|moving)_(?:mean|var|variance)|[wWbB]|(?:w|b|s|riv|rm)_\d+|kernel)$/;

/** What quantisers and TensorFlow's converter add to the name of a weight that they have changed. */
const CHANGED = /(?:_quantized|_scale|_zero_point|(?:_weights|_bias)_fused_bn|:\d+)$/;

const IDENTIFIER = /^[A-Za-z_]\w*$/;
const MAX_LENGTH = 1000;

export interface WeightModule {
  readonly path: string;
  /** The name is a path by itself, and not only what is left of it without the parameter's name. */
  readonly isPath: boolean;
}

/**
 * The module that a weight's name tells: `base_net.0.0.weight` is a parameter of `base_net.0.0`, `layer1/weights` of `layer1`,
 * `fire2/squeeze1x1_w_0` of `fire2.squeeze1x1`, `conv0_weight` of `conv0`. An underscore is never taken for a step of a path.
 * @returns undefined where the name was made up by an exporter (`onnx::Conv_123`, `193`, `Parameter5`) or names no parameter
 */
export function moduleOfWeight(name: string): WeightModule | undefined {
  if (name.length > MAX_LENGTH || name.includes('::') || name.includes(' ')) return undefined;
  let plain = name;
  while (CHANGED.test(plain)) plain = plain.replace(CHANGED, '');
  if (plain.includes('/')) return ofSlashes(plain.split('/').filter((segment) => segment !== ''));
  return plain.includes('.') ? ofDots(plain.split('.')) : ofSuffix(plain);
}

/** `layer1.0.conv1.weight`; the numbers after a list of parameters are no modules. */
function ofDots(segments: readonly string[]): WeightModule | undefined {
  const end = segments.findLastIndex((segment) => !/^\d+$/.test(segment));
  const path = segments.slice(0, end);
  if (end <= 0 || !IDENTIFIER.test(segments[end] as string) || path.includes('')) return undefined;
  return { path: path.join('.'), isPath: true };
}

function ofSlashes(segments: readonly string[]): WeightModule | undefined {
  const last = segments.at(-1) ?? '';
  const path = segments.slice(0, -1);
  if (VARIABLE.test(last)) return path.length > 0 ? { path: path.join('.'), isPath: true } : undefined;
  return SUFFIX.test(last) ? { path: [...path, last.replace(SUFFIX, '')].join('.'), isPath: true } : undefined;
}

function ofSuffix(name: string): WeightModule | undefined {
  const path = name.replace(SUFFIX, '');
  return path !== name && IDENTIFIER.test(path) ? { path, isPath: false } : undefined;
}
