import { usePanel } from '../state/context.ts';

/** Which of several outputs is explained. */
export function OutputPicker() {
  const panel = usePanel();
  const { outputs = [], value } = panel.model.value?.explains ?? {};
  if (outputs.length < 2) return null;
  const chosen = panel.choices.value.output ?? outputs[0];
  return (
    <label class="control output-picker">
      Output
      <select
        data-testid="output"
        title={`The value that is explained: ${value}`}
        value={chosen}
        onChange={({ currentTarget }) => void panel.chooseOutput(currentTarget.value)}
      >
        {outputs.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
