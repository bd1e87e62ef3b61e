import { ENGINES } from '../app/engines.ts';
import type { OpenOptions } from '../app/model.ts';
import { InspectumError } from '../tensor/errors.ts';
import type { Flags } from './flags.ts';

/** The engine of a name. Throws InspectumError 'usage'. */
export function engineNamed(name: string) {
  const engine = Object.hasOwn(ENGINES, name) ? ENGINES[name] : undefined;
  if (!engine)
    throw new InspectumError('usage', `There is no engine ${JSON.stringify(name)}. The engines are: ${Object.keys(ENGINES).join(', ')}.`);
  return engine;
}

/** The common flags, as `Model.open` takes them. */
export const openOptions = ({ engine, config, threads }: Flags): OpenOptions => ({
  ...(engine !== undefined && { engine: engineNamed(engine) }),
  ...(config !== undefined && { config }),
  ...(threads !== undefined && { threads }),
});
