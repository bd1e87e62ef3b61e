import type { MethodInfo } from '../../src/protocol/methods.ts';

/** Whom a sentence is about: "areas count", "it counts". */
export type Who = 'they' | 'it';

/** What the numbers of an attribution say, each as the rest of a sentence. @param name of what is explained */
export interface Reading {
  /** Of what is positive. */
  towards(who: Who, name: string): string;
  /** Of what is negative. */
  against(who: Who, name: string): string;
  /** Of what is large, whatever its sign. */
  either(who: Who, name: string): string;
  /** It is of no class: a sentence of its own follows. */
  readonly ofNone?: true;
}

const verb = (who: Who, plain: string): string => (who === 'they' ? plain : plain === 'have' ? 'has' : `${plain}s`);

const contribution: Reading = {
  towards: (who, name) => `${verb(who, 'count')} towards ${name}`,
  against: (who, name) => `${verb(who, 'count')} against ${name}`,
  either: (who, name) => `${verb(who, 'matter')} for ${name}, towards it or against it`,
};

/** The signed gradient: not what is there counts, but what would happen if there were more of it. */
const slope: Reading = {
  towards: (who, name) => `${verb(who, 'raise')} ${name} when ${who} ${verb(who, 'grow')} in value`,
  against: (who, name) => `${verb(who, 'lower')} ${name} when ${who} ${verb(who, 'grow')} in value`,
  either: (who, name) => `${verb(who, 'change')} ${name} most when ${who} ${verb(who, 'grow')} in value`,
};

/** The gradient without its sign. */
const sensitivity: Reading = {
  ...slope,
  towards: (who, name) => `${verb(who, 'change')} ${name} most when ${who} ${verb(who, 'change')}, up or down`,
};

const activation: Reading = {
  towards: (who) => `${verb(who, 'have')} positive values at this layer`,
  against: (who) => `${verb(who, 'have')} negative values at this layer`,
  either: (who) => `${verb(who, 'have')} large values at this layer, of either sign`,
  ofNone: true,
};

const component: Reading = {
  towards: (who) => `${verb(who, 'have')} what the layer's channels have most in common`,
  against: (who) => `${verb(who, 'have')} the opposite of what the layer's channels have most in common`,
  either: (who) => `${verb(who, 'have')} what the layer's channels have most in common, or its opposite`,
  ofNone: true,
};

const attention: Reading = {
  towards: (who) => `${verb(who, 'have')} attention that reaches this layer`,
  against: (who) => `${verb(who, 'have')} negative attention`,
  either: (who) => `${verb(who, 'have')} attention that reaches this layer`,
  ofNone: true,
};

/** The methods whose numbers are no contributions to what is explained, by Captum's name. */
export const READINGS: Readonly<Record<string, Reading>> = {
  Saliency: sensitivity,
  GuidedBackprop: slope,
  Deconvolution: slope,
  NeuronGradient: slope,
  NeuronGuidedBackprop: slope,
  NeuronDeconvolution: slope,
  InternalInfluence: slope,
  LayerActivation: activation,
  EigenCAM: component,
  AttentionRollout: attention,
};

/** A parameter that is false turns the numbers of a method into plain gradients. */
const TO_SLOPES = ['multiply_by_inputs', 'abs'] as const;

/** What the numbers of a method say, as it was asked; without a method those of Grad-CAM. */
export function readingOf(method: Pick<MethodInfo, 'name'> | undefined, set: Readonly<Record<string, unknown>>): Reading {
  if (!method) return contribution;
  if (TO_SLOPES.some((name) => set[name] === false)) return slope;
  return Object.hasOwn(READINGS, method.name) ? (READINGS[method.name] as Reading) : contribution;
}

/** The last sentence of a map that explains nothing in particular. */
export const endOf = ({ ofNone }: Reading): string => (ofNone ? ' This is of no class.' : '');
