import type { Layout } from '../../graph/imageAxes/layout.ts';
import { InspectumError } from '../../tensor/errors.ts';
import type { Parameter, ParameterTable } from '../../tensor/parameters.ts';
import type { Subject } from '../evaluation/subject.ts';
import { ATTRIBUTE_TO_LAYER_INPUT, defineMethod, type Method, type MethodDefinition } from '../method.ts';

/** Parameters of every class activation map. */
export const CAM_PARAMETERS = {
  attribute_to_layer_input: ATTRIBUTE_TO_LAYER_INPUT,
  relu_attributions: { type: 'boolean', default: true, doc: 'Keep only what is positive, as in the paper. Without it the map is signed.' },
} as const satisfies Readonly<Record<string, Parameter>>;

/** Ends what is said of each: how the values relate to pytorch-grad-cam's. */
const UNSCALED =
  "The map keeps the layer's resolution and its own values; pytorch-grad-cam goes on to scale it from 0 to 1 and to resize it.";

/** A method that makes a map of a layer's activations, by what it has its own. */
export const classActivationMap = <const T extends ParameterTable>(own: Omit<MethodDefinition<T>, 'level' | 'baselines'>): Method =>
  defineMethod<T>({ ...own, level: 'layer', baselines: 'none', doc: `${own.doc} ${UNSCALED}` });

/** Who asks, for messages. */
interface Asking {
  readonly method: string;
  readonly layer: string | undefined;
}

/**
 * Which axes of a value are its channels and its places.
 * @param rank of the value, where it has been computed
 * @throws InspectumError 'unsupported' where it is no stack of planes or volumes
 */
export function mapLayout(subject: Subject, value: string, { method, layer }: Asking, rank?: number): Layout {
  const layout = subject.layoutOf(value, rank);
  if (layout.rank !== 4 && layout.rank !== 5)
    throw new InspectumError(
      'unsupported',
      `${method} needs a layer with channels of height and width (4 or 5 axes), but the value of ${layer} has ${layout.rank}: choose a convolutional layer.`,
    );
  return layout;
}
