import { hiddenBy } from '../../src/image/pictureStyle.ts';
import { describeNeuron } from '../method/neuron.ts';
import { drawnAs, meaningOfPictures } from '../picture/words.ts';
import { usePanel } from '../state/context.ts';
import { Compared } from './Compared.tsx';
import { readingOf } from './readings.ts';
import { describeNotNumbers, meaningOf, nameOf, resolutionOf } from './words.ts';

/** What is shown, in words, or why nothing is. */
export function Meaning() {
  const panel = usePanel();
  const shown = panel.shown.value;
  const array = panel.photo.value?.array;
  const picture = panel.picture.value;
  const style = picture.kind === 'seen' ? picture.style : undefined;
  const hidden = style && hiddenBy(style);
  return (
    <div class="words">
      <Sentence />
      {shown?.kind === 'map' && hidden && (
        <p class="warning" data-testid="hidden">
          {hidden}
        </p>
      )}
      {shown?.kind === 'map' && picture.kind !== 'problem' && (
        <p class="muted" data-testid="resolution">
          {resolutionOf(
            shown.map,
            style ? drawnAs(style) : panel.view.value,
            panel.model.value?.inputs.some(({ name }) => name === shown.map.output) ?? false,
          )}
        </p>
      )}
      <Compared />
      {array && (
        <p class="muted" data-testid="array">
          {array}
        </p>
      )}
    </div>
  );
}

function Sentence() {
  const panel = usePanel();
  const sweep = panel.sweep.value;
  const shown = panel.shown.value;
  const { info, neuron: picked } = panel.methods;
  const layer = panel.layer.value;
  const neuron =
    info.value?.level === 'neuron' && !info.value.needsTarget && layer && picked.value !== undefined
      ? describeNeuron(layer, picked.value)
      : undefined;
  if (panel.drawing.value)
    return (
      <p class="meaning" data-testid="meaning">
        Drag over the image: what the output says there is explained. Escape leaves it as it is.
      </p>
    );
  // after a cancelled computation, or a failure that was dismissed
  if (!sweep && !panel.work.job.value && !panel.work.problem.value)
    return (
      <p class="meaning">
        The layers have not been explained {panel.photo.value ? 'on this image' : 'yet'}.{' '}
        <button type="button" class="link" data-testid="explain" onClick={() => void panel.explaining.setTarget(panel.chosenTarget.peek())}>
          Explain
        </button>
      </p>
    );
  if (sweep && !panel.layer.value)
    return (
      <p class="meaning" data-testid="meaning">
        {sweep.maps.length > 0
          ? 'Choose a layer to see its map.'
          : 'No layer of this model has a map in two dimensions. Choose one to see its strongest units.'}
      </p>
    );
  const lost = sweep && shown?.kind === 'map' && describeNotNumbers(shown.map, sweep, info.value?.needsTarget ?? true);
  if (lost)
    return (
      <p class="meaning warning" data-testid="meaning">
        {lost}
      </p>
    );
  const picture = panel.picture.value;
  const reading = readingOf(panel.methods.isPicking.value ? undefined : info.value, panel.methods.set.value);
  if (shown?.kind === 'map' && picture.kind === 'problem') return null;
  return (
    <p class="meaning" data-testid="meaning">
      {shown?.kind === 'map' && picture.kind === 'seen' && meaningOfPictures(picture.style, reading, neuron ?? nameOf(shown.target))}
      {shown?.kind === 'map' &&
        picture.kind === 'overlay' &&
        meaningOf(shown.map, panel.view.value, reading, neuron ?? nameOf(shown.target))}
      {shown?.kind === 'none' && shown.why}
    </p>
  );
}
