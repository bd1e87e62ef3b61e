import { usePanel } from '../state/context.ts';

const BACKGROUNDS = [
  { text: 'white', value: [255, 255, 255] },
  { text: 'gray', value: [128, 128, 128] },
  { text: 'black', value: [0, 0, 0] },
  { text: 'the colour that the file hides there', value: 'drop' },
] as const;

/** What transparent pixels lie over. */
export function Background() {
  const panel = usePanel();
  const chosen = JSON.stringify(panel.choices.value.input?.background);
  return (
    <select
      class="background"
      data-testid="background"
      aria-label="What transparent pixels lie over"
      onChange={({ currentTarget: { value } }) => {
        if (value) void panel.choose({ input: { ...panel.choices.peek().input, background: JSON.parse(value) } });
      }}
    >
      {chosen === undefined && <option value="">as found</option>}
      {BACKGROUNDS.map(({ text, value }) => (
        <option key={text} value={JSON.stringify(value)} selected={JSON.stringify(value) === chosen}>
          {text}
        </option>
      ))}
    </select>
  );
}
