/** How one convolution or dense layer hands relevance down. */
export type LayerRule = 'epsilon' | 'gamma' | 'alpha1Beta0' | 'zPlus' | 'flat' | 'box' | 'identity';

interface Composite {
  readonly convolution: LayerRule;
  readonly dense: LayerRule;
  /** Of layers that have none before them. */
  readonly first?: LayerRule;
}

const everywhere = (rule: LayerRule): Composite => ({ convolution: rule, dense: rule });

/**
 * Which rule a layer takes, by its type: one rule everywhere, by the names of Captum's rule classes, or a composite by the name that it
 * has in zennit (Anders et al. 2021, https://arxiv.org/abs/2106.13200).
 */
export const COMPOSITES = {
  Epsilon: everywhere('epsilon'),
  Gamma: everywhere('gamma'),
  Alpha1_Beta0: everywhere('alpha1Beta0'),
  ZPlus: everywhere('zPlus'),
  Flat: everywhere('flat'),
  Identity: everywhere('identity'),
  EpsilonPlus: { convolution: 'zPlus', dense: 'epsilon' },
  EpsilonPlusFlat: { convolution: 'zPlus', dense: 'epsilon', first: 'flat' },
  EpsilonGamma: { convolution: 'gamma', dense: 'epsilon' },
  EpsilonGammaBox: { convolution: 'gamma', dense: 'epsilon', first: 'box' },
} as const satisfies Readonly<Record<string, Composite>>;

export type CompositeName = keyof typeof COMPOSITES;

export interface LrpOptions {
  readonly rule: CompositeName;
  readonly epsilon: number;
  readonly gamma: number;
  /** The smallest and largest input value, for the box rule. */
  readonly low: number;
  readonly high: number;
  readonly set_bias_to_zero: boolean;
  readonly batch_norm: 'Epsilon' | 'Identity';
}

const CONVOLUTIONS = new Set(['Conv', 'ConvTranspose']);

export function layerRule({ rule }: Pick<LrpOptions, 'rule'>, op: string, isFirst: boolean): LayerRule {
  const composite: Composite = COMPOSITES[rule];
  if (isFirst && composite.first) return composite.first;
  return CONVOLUTIONS.has(op) ? composite.convolution : composite.dense;
}
