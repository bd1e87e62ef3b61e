import type { Explains } from '../../src/protocol/choices.ts';
import type { ModelSummary } from '../../src/protocol/model.ts';
import type { usePicture } from '../image/usePicture.ts';
import { MethodChip } from '../method/MethodChip.tsx';
import { usePanel } from '../state/context.ts';
import { formatCount } from '../state/layers.ts';
import { Icon } from './Icon.tsx';

/** What is open, how it is fed, and what is explained of it, in a line. */
export function TopBar({ picture }: { picture: ReturnType<typeof usePicture> }) {
  const panel = usePanel();
  const model = panel.model.value;
  const sweep = panel.sweep.value;
  const pinned = panel.chosenTarget.value !== undefined;
  const usual = sweep?.target.target.kind === 'region' ? 'the usual value' : 'the top class';
  return (
    <header class="top-bar">
      <h1 title={model?.path}>{model?.fileName ?? 'Inspectum'}</h1>
      {model && (
        <span class="top-facts">
          {model.format}
          <i>·</i>
          {formatCount(model.parameters)} parameters
        </span>
      )}
      {model && <ExplainsChip explains={model.explains} onChange={(explain) => void panel.choose({ explain })} />}
      <span class="space" />
      {sweep && (
        <>
          <MethodChip />
          <button
            type="button"
            class="chip target"
            data-testid="target"
            aria-label={`Target: ${sweep.target.text}, ${pinned ? 'pinned' : usual}`}
            title={`${sweep.target.text}\n${pinned ? `Stays the target when the image changes. Click to follow ${usual}.` : `Follows ${usual} of each image. Click to keep this one.`}`}
            aria-pressed={pinned}
            onClick={() => {
              if (pinned) void panel.explaining.setTarget(undefined);
              else panel.chosenTarget.value = sweep.target.target;
            }}
          >
            <Icon name="target" />
            <span class="clip">{sweep.target.text}</span>
            {pinned && <Icon name="pin" />}
          </button>
          <button
            type="button"
            class="icon-button"
            data-testid="copy"
            title="Copy the picture (Ctrl+C on it)"
            disabled={panel.shown.value?.kind !== 'map'}
            onClick={() => void picture.copy()}
          >
            <Icon name={picture.copied.value ? 'check' : 'copy'} />
          </button>
          <span class="visually-hidden" role="status">
            {picture.copied.value && 'Copied'}
          </span>
          <button
            type="button"
            class="icon-button"
            data-testid="save"
            title="Save the picture"
            disabled={panel.shown.value?.kind !== 'map'}
            onClick={() => void picture.save()}
          >
            <Icon name="save" />
          </button>
        </>
      )}
    </header>
  );
}

/** Which value is explained. Where the model ends in a Softmax or the like, a click changes between its output and its input. */
function ExplainsChip({ explains, onChange }: { explains: ModelSummary['explains']; onChange: (what: Explains) => void }) {
  const { what, value, operator } = explains;
  if (operator === undefined)
    return (
      <span class="chip explains" data-testid="explains" title={`The value that is explained: ${value}.`}>
        <span class="chip-label">Explains</span>
        <span class="clip">{value}</span>
      </span>
    );
  const other = what === 'logits' ? 'output' : 'logits';
  const title =
    what === 'logits'
      ? `The value ${value}, which goes into the ${operator}: a confident probability has almost no gradient left. Click to explain the ${operator}'s output instead.`
      : `The value ${value}, behind the ${operator}. Click to explain what goes into the ${operator} instead.`;
  return (
    <button type="button" class="chip explains" data-testid="explains" data-what={what} title={title} onClick={() => onChange(other)}>
      <span class="chip-label">Explains</span>
      <span class="clip">{what === 'logits' ? `logits before ${operator}` : `output of ${operator}`}</span>
      <Icon name="swap" />
    </button>
  );
}
