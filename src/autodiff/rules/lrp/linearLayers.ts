import { sumTo } from '../../broadcast.ts';
import type { Rule, RuleContext } from '../../rule.ts';
import { scalarLike } from '../helpers.ts';
import { isNonNegative } from './bounds.ts';
import type { LayerRule } from './composites.ts';
import type { AddedBias } from './network.ts';
import { inProportion, type Propagation, passed, type RelevanceRule, seenWith } from './propagation.ts';
import { divide } from './relevances.ts';

/**
 * A convolution or dense layer: an operator that is linear in its data, with constant weights, and perhaps a bias as its third input or
 * added by the next node.
 */
class LinearLayer {
  readonly context: RuleContext;
  readonly propagation: Propagation;
  readonly x: string;
  readonly w: string;
  /** '' where there is none, or it is left out. */
  readonly bias: string;
  readonly #added: AddedBias | undefined;
  readonly #gradient: Rule;
  /** Which input the data are. */
  readonly #data: 0 | 1;

  constructor(context: RuleContext, propagation: Propagation, gradient: Rule, data: 0 | 1) {
    this.context = context;
    this.propagation = propagation;
    this.x = context.x(data);
    this.w = context.x(1 - data);
    this.#added = propagation.network.addedBias(context.node.outputs[0]);
    this.bias =
      propagation.options.set_bias_to_zero && propagation.ruleOf(context) !== 'epsilon'
        ? ''
        : (this.#added?.bias ?? context.node.inputs[2] ?? '');
    this.#gradient = gradient;
    this.#data = data;
  }

  #inputs(x: string, w: string, bias: string): string[] {
    return [...(this.#data === 0 ? [x, w] : [w, x]), ...(bias === '' ? [] : [bias])];
  }

  /** What the layer makes of other data by other weights. */
  forward(x: string, w: string, bias = ''): string {
    const { builder, node } = this.context;
    const output = builder.fresh(`~${node.name}:lrp`);
    const inputs = this.#inputs(x, w, this.#added ? '' : bias);
    builder.nodes.push({ ...node, name: builder.fresh(`~${node.name}`), inputs, outputs: [output] });
    return this.#added && bias !== '' ? builder.add(output, bias) : output;
  }

  /** The gradient with respect to the data where the one that arrives is `dy` and the weights are `w`. */
  backward(dy: string, w: string): string | undefined {
    const inputs = this.#inputs(this.x, w, this.context.node.inputs[2] ?? '');
    return this.#gradient(seenWith(this.context, { dys: [dy], inputs, only: [this.#data] }))[this.#data];
  }

  /** R / (y + ε·sign y), y being the layer's value. */
  quotient(): string {
    const { context, propagation } = this;
    const { epsilon } = propagation.options;
    return propagation.relevances.quotient(context, { epsilon, ...(this.#added && { output: this.#added.output }) });
  }

  /** R / (z + ε·sign z) of the relevance that arrives. */
  over(z: string): string {
    return divide(this.context, this.context.dy, z, this.propagation.options.epsilon);
  }

  /** Relevances by input; that of the bias is `bias`, its value, times what arrives at it. */
  relevances(ofData: string | undefined, dy: string, bias: string): (string | undefined)[] {
    const { context } = this;
    const results: (string | undefined)[] = [undefined, undefined, undefined];
    results[this.#data] = ofData;
    if (bias === '') return results;
    if (this.#added && context.wants(this.bias)) {
      const share = context.builder.mul(dy, bias);
      context.addGradient(this.bias, sumTo(context, share, context.shape(this.#added.output), this.bias));
    } else if (context.needs(2)) {
      const sum = this.#gradient(seenWith(context, { dys: [dy], only: [2] }))[2];
      results[2] = sum && context.builder.mul(sum, bias);
    }
    return results;
  }

  /** The relevance of the data as a multiplier times the data. */
  product(multiplier: string | undefined): string | undefined {
    return multiplier && this.propagation.relevances.product(this.context.builder, multiplier, this.x);
  }

  positive(value: string): string {
    return this.context.builder.op('Relu', [value]);
  }

  negative(value: string): string {
    return this.context.builder.op('Min', [value, scalarLike(this.context, 0, this.x)]);
  }

  /** `number` everywhere in the shape of a value. */
  filled(number: number, like: string): string {
    const { builder } = this.context;
    return builder.op('Expand', [scalarLike(this.context, number, this.x), builder.op('Shape', [like])]);
  }
}

/** Relevance in proportion to data × w′, bias included: what Captum's rules that change weights have in common. */
function byWeights(layer: LinearLayer, w: string): readonly (string | undefined)[] {
  const dy = layer.over(layer.forward(layer.x, w, layer.bias));
  return layer.relevances(layer.product(layer.backward(dy, w)), dy, layer.bias);
}

/** In proportion to what is positive in the products of data and weights, whatever the signs of both. */
function byPositiveParts(layer: LinearLayer): readonly (string | undefined)[] {
  const { context, x, w } = layer;
  const { builder } = context;
  const [wPositive, wNegative] = [layer.positive(w), layer.negative(w)];
  const bias = layer.bias === '' ? '' : layer.positive(layer.bias);
  if (isNonNegative(builder, x)) {
    const dy = layer.over(layer.forward(x, wPositive, bias));
    return layer.relevances(layer.product(layer.backward(dy, wPositive)), dy, bias);
  }
  const [xPositive, xNegative] = [layer.positive(x), layer.negative(x)];
  const dy = layer.over(builder.add(layer.forward(xPositive, wPositive, bias), layer.forward(xNegative, wNegative)));
  const [up, down] = [layer.backward(dy, wPositive), layer.backward(dy, wNegative)];
  return layer.relevances(up && down && builder.add(builder.mul(up, xPositive), builder.mul(down, xNegative)), dy, bias);
}

/** To every input element the same, whatever it is. */
function flat(layer: LinearLayer): readonly (string | undefined)[] {
  const ones = layer.filled(1, layer.w);
  const dy = layer.over(layer.forward(layer.filled(1, layer.x), ones));
  return layer.relevances(layer.backward(dy, ones), dy, '');
}

/** In proportion to how far an element is from the end of its range at which it would add least: of pixels, that are in [low, high]. */
function box(layer: LinearLayer): readonly (string | undefined)[] {
  const { builder } = layer.context;
  const { low, high } = layer.propagation.options;
  const terms = [
    [layer.x, layer.w],
    [layer.filled(-low, layer.x), layer.positive(layer.w)],
    [layer.filled(-high, layer.x), layer.negative(layer.w)],
  ] as const;
  const dy = layer.over(
    builder.op(
      'Sum',
      terms.map(([x, w]) => layer.forward(x, w)),
    ),
  );
  const parts = terms.map(([x, w]) => builder.mul(layer.backward(dy, w) ?? '', x));
  return layer.relevances(builder.op('Sum', parts), dy, '');
}

const RULES: { readonly [R in Exclude<LayerRule, 'identity'>]: (layer: LinearLayer) => readonly (string | undefined)[] } = {
  epsilon: (layer) => {
    const dy = layer.quotient();
    return layer.relevances(layer.product(layer.backward(dy, layer.w)), dy, layer.bias);
  },
  gamma: (layer) => {
    const { builder } = layer.context;
    const gamma = scalarLike(layer.context, layer.propagation.options.gamma, layer.x);
    return byWeights(layer, builder.add(layer.w, builder.mul(gamma, layer.positive(layer.w))));
  },
  alpha1Beta0: (layer) => byWeights(layer, layer.positive(layer.w)),
  zPlus: byPositiveParts,
  flat,
  box,
};

/** The rule of Conv, ConvTranspose, Gemm and MatMul of `data` with constant weights, as the composite says. */
export const linearLayer =
  (gradient: Rule, data: 0 | 1 = 0): RelevanceRule =>
  (context, propagation) => {
    const rule = propagation.ruleOf(context);
    if (rule === 'identity' && sameShape(context, data)) return passed(context, propagation);
    return RULES[rule === 'identity' ? 'epsilon' : rule](new LinearLayer(context, propagation, gradient, data));
  };

/** The rule of a sum. Of a dense layer's last part, its bias, the relevance is shared where the rest of the layer is. */
export const sum =
  (gradient: Rule): RelevanceRule =>
  (context, propagation) => {
    const { node } = context;
    const product = node.inputs.findIndex((x) => propagation.network.addedBias(x)?.output === node.outputs[0]);
    return product < 0 ? inProportion(gradient)(context, propagation) : node.inputs.map((_, i) => (i === product ? context.dy : undefined));
  };

const sameShape = (context: RuleContext, data: 0 | 1): boolean =>
  context.shape(context.x(data)).join() === context.shape(context.node.outputs[0] as string).join();
