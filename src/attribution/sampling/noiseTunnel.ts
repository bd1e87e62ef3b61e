import type { ParameterTable, ValuesOf } from '../../tensor/parameters.ts';
import { type Tensor, tensor } from '../../tensor/tensor.ts';
import { Baselines } from '../baselines.ts';
import type { Attribution, AttributionPart, AttributionRequest, Method } from '../method.ts';
import { drawnBaseline } from './drawn.ts';
import { stdevsParameter, withNoise } from './noise.ts';

/** Parameters of Captum's NoiseTunnel, which wraps another method. */
export const NOISE_TUNNEL_PARAMETERS = {
  nt_type: {
    type: 'choice',
    default: 'smoothgrad',
    choices: ['smoothgrad', 'smoothgrad_sq', 'vargrad'],
    doc: 'The mean of the attributions of noisy inputs, the mean of their squares, or their variance.',
  },
  nt_samples: { type: 'integer', default: 5, min: 1, doc: 'How many noisy inputs are explained.' },
  stdevs: stdevsParameter(1),
  draw_baseline_from_distrib: {
    type: 'boolean',
    default: false,
    doc: 'Draw another one of several baselines for every noisy input, of methods that compare with one.',
  },
} as const satisfies ParameterTable;

export type NoiseTunnelParameters = ValuesOf<typeof NOISE_TUNNEL_PARAMETERS>;

/**
 * captum.attr.NoiseTunnel around a method: SmoothGrad (Smilkov et al. 2017, https://arxiv.org/abs/1706.03825), SmoothGrad² (Hooker et al.
 * 2019, https://arxiv.org/abs/1806.10758) or VarGrad (Adebayo et al. 2018, https://arxiv.org/abs/1810.03307). Every sample is a run of the
 * method of its own. The delta is the mean of the samples', of smoothgrad alone.
 */
export async function throughNoise(
  method: Method,
  request: AttributionRequest,
  { nt_type: type, nt_samples: count, stdevs, draw_baseline_from_distrib: draws }: NoiseTunnelParameters,
): Promise<Attribution> {
  const { subject, random, work } = request;
  const { point } = subject;
  const moments = new Moments();
  const remarks = new Set<string>();
  for (let i = 0; i < count; i++) {
    const at = withNoise(point, stdevs, random, 'NoiseTunnel');
    const baselines = draws ? new Baselines(new Map(Object.entries(drawnBaseline(point, request.baselines, random)))) : request.baselines;
    const inner = await method.attribute({ ...request, baselines, subject: subject.movedTo(at), work: work.part(i, count) });
    moments.add(inner);
    for (const remark of inner.remarks ?? []) remarks.add(remark);
    await work.step(i + 1, count, () => ({ parts: moments.parts(type), samples: i + 1 }));
  }
  const delta = type === 'smoothgrad' ? moments.delta : undefined;
  return {
    parts: moments.parts(type),
    samples: count,
    ...(delta && { delta }),
    ...(remarks.size > 0 && { remarks: [...remarks] }),
  };
}

interface PartMoments {
  readonly name: string;
  readonly dims: readonly number[];
  readonly sum: Float64Array;
  readonly squares: Float64Array;
}

/** Sums of attributions, and of their squares. */
class Moments {
  #count = 0;
  #parts: PartMoments[] = [];
  #deltas: number[] | undefined;

  add({ parts, delta }: Attribution): void {
    if (this.#count++ === 0)
      this.#parts = parts.map(({ name, tensor: { dims, data } }) => ({
        name,
        dims,
        sum: new Float64Array(data.length),
        squares: new Float64Array(data.length),
      }));
    parts.forEach(({ tensor: { data } }, k) => {
      const { sum, squares } = this.#parts[k] as PartMoments;
      for (let i = 0; i < data.length; i++) {
        const x = data[i] as number;
        sum[i] = (sum[i] as number) + x;
        squares[i] = (squares[i] as number) + x * x;
      }
    });
    const known = this.#deltas;
    this.#deltas = delta?.map((value, i) => (known?.[i] ?? 0) + value);
  }

  get delta(): number[] | undefined {
    return this.#deltas?.map((sum) => sum / this.#count);
  }

  parts(type: NoiseTunnelParameters['nt_type']): Attribution['parts'] {
    const n = this.#count;
    return this.#parts.map(({ name, dims, sum, squares }): AttributionPart => {
      const data = Float32Array.from(sum, (total, i) => SMOOTHING[type](total / n, (squares[i] as number) / n));
      return { name, tensor: tensor('float32', dims, data) as Tensor<'float32'> };
    }) as unknown as Attribution['parts'];
  }
}

const SMOOTHING: Readonly<Record<NoiseTunnelParameters['nt_type'], (mean: number, meanSquare: number) => number>> = {
  smoothgrad: (mean) => mean,
  smoothgrad_sq: (_, meanSquare) => meanSquare,
  vargrad: (mean, meanSquare) => meanSquare - mean * mean,
};
