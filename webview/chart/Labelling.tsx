import { Icon } from '../components/Icon.tsx';
import { usePanel } from '../state/context.ts';

/** Where the class names come from, what is wrong with them, and which others could be taken. */
export function Labelling() {
  const panel = usePanel();
  const { source, assumed = false, mismatch, offers = [] } = panel.model.value?.labelling ?? {};
  const chosen = panel.choices.value.labels;
  return (
    <div class="labelling" data-testid="labelling">
      {mismatch && (
        <p class="warning">
          <Icon name="warning" />
          <span>{mismatch}</span>
        </p>
      )}
      <p>
        {source === undefined ? (
          'The classes are numbered: no names were found.'
        ) : (
          <span>
            Names: <span class={assumed ? 'guessed' : undefined}>{source}</span>
          </span>
        )}
      </p>
      <p class="links">
        {offers.map(({ text, choice }) => (
          <button key={text} type="button" class="link" data-testid="offered-labels" onClick={() => void panel.choose({ labels: choice })}>
            {text}
          </button>
        ))}
        <button
          type="button"
          class="link"
          data-testid="choose-labels"
          title="A file of class names: .txt, .json, .yaml or .csv. It can be dropped on the panel, too."
          onClick={() => void panel.chooseLabels()}
        >
          Choose a file…
        </button>
        {chosen && (
          <button type="button" class="link" data-testid="forget-labels" onClick={() => void panel.choose({ labels: undefined })}>
            Back to what was found
          </button>
        )}
      </p>
    </div>
  );
}
