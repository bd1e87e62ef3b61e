import { usePanel } from '../state/context.ts';
import { choosing, chosenOf, OFFERED } from './choice.ts';

/** Which kind of picture is drawn of the map. */
export function PictureSelect() {
  const panel = usePanel();
  const view = panel.view.value;
  return (
    <label class="control picture-choice">
      Picture
      <select
        data-testid="picture"
        value={chosenOf(view)}
        onChange={({ currentTarget }) => panel.setView(choosing(currentTarget.value, panel.view.peek()))}
      >
        {OFFERED.map(({ value, text }) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
