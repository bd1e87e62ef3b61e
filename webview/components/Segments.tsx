interface Props<T extends string> {
  readonly label: string;
  readonly options: readonly { readonly value: T; readonly text: string; readonly title: string }[];
  readonly value: T;
  readonly onChange: (value: T) => void;
  readonly testid: string;
}

/** A choice of a few, all to be seen: radio buttons drawn as one control. */
export function Segments<T extends string>({ label, options, value, onChange, testid }: Props<T>) {
  return (
    <div class="segments" role="radiogroup" aria-label={label} data-testid={testid}>
      {options.map((option) => (
        <label key={option.value} title={option.title} class={option.value === value ? 'on' : ''}>
          <input type="radio" name={testid} value={option.value} checked={option.value === value} onChange={() => onChange(option.value)} />
          {option.text}
        </label>
      ))}
    </div>
  );
}
