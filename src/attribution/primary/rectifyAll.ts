import { isActivation, rectifiedInput, selfGated } from '../../autodiff/rules/activationNodes.ts';
import type { Parameter } from '../../tensor/parameters.ts';
import type { Subject } from '../evaluation/subject.ts';

export const RECTIFY_ALL = {
  type: 'boolean',
  default: false,
  doc: 'Treat every activation as a ReLU is treated: ReLU6, hard swish, SiLU, GELU and the like; otherwise ReLU alone, as Captum.',
} as const satisfies Parameter;

export const RECTIFIES =
  'Captum treats nn.ReLU modules alone; here every ReLU is treated, however the network or the file writes it (Clip from 0, Max with 0).';

/** That there is no activation in the model that would be treated, so that nothing but the gradient comes out. */
export function untreatedRemarks({ graph: { nodes, initializers } }: Subject, all: boolean): readonly string[] {
  const hasRelu = nodes.some((node) => rectifiedInput(node, initializers) !== undefined);
  const hasOther = nodes.some((node) => isActivation(node, initializers)) || selfGated(nodes, initializers).products.size > 0;
  if (hasRelu || (all && hasOther)) return [];
  const remark = `The model has no ${all ? 'activation' : 'ReLU'}: this is the plain gradient.`;
  return [hasOther ? `${remark} Set rectify_all to true to treat its other activations as ReLUs.` : remark];
}
