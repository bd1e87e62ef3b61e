import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Random numbers that a seed fixes: the same on every machine. */
export class Random {
  readonly #generator: ReturnType<typeof xoroshiro128plus>;
  #spare: number | undefined;
  #drawn = false;

  /** @param seed any integer */
  constructor(seed: number) {
    this.#generator = xoroshiro128plus(seed);
  }

  /** Whether any number was drawn. */
  get drawn(): boolean {
    return this.#drawn;
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    this.#drawn = true;
    return uniformFloat64(this.#generator);
  }

  /** Uniform among 0, …, count − 1. */
  integer(count: number): number {
    this.#drawn = true;
    return uniformInt(this.#generator, 0, count - 1);
  }

  /** Of the normal distribution of mean 0 and deviation 1, by the method of Box and Muller. */
  normal(): number {
    if (this.#spare !== undefined) {
      const spare = this.#spare;
      this.#spare = undefined;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** 0, …, count − 1 in an order of equal probability for all (Fisher and Yates). */
  permutation(count: number): Uint32Array {
    const order = Uint32Array.from({ length: count }, (_, i) => i);
    for (let i = count - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [order[i], order[j]] = [order[j] as number, order[i] as number];
    }
    return order;
  }
}
