import { usePanel } from '../state/context.ts';

/** Which of several outputs is explained. */
export function OutputPicker() {
  const panel = usePanel();
  const { outputs = [], output, value } = panel.model.value?.explains ?? {};
  if (outputs.length < 2) return null;
  return (
    <label class="control output-picker">
      Output
      <select
        data-testid="output"
        title={`The value that is explained: ${value}`}
        value={output}
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
