import type { ParameterInfo } from '../../src/protocol/methods.ts';
import { usePanel } from '../state/context.ts';
import { formatJson, parseJson } from './json.ts';

/** A field for every parameter of the chosen method, by Captum's name. */
export function ParameterForm({ parameters }: { parameters: readonly ParameterInfo[] }) {
  const panel = usePanel();
  const { set, own } = panel.methods;
  const isSet = Object.keys(own.value.set).length > 0;
  return (
    <div class="parameters" data-testid="parameter-form">
      <Fields parameters={parameters} values={set.value} onChange={(name, value) => panel.methods.change({ set: { [name]: value } })} />
      {isSet && (
        <button type="button" class="link" data-testid="reset-parameters" onClick={() => panel.methods.reset()}>
          Back to the defaults
        </button>
      )}
    </div>
  );
}

interface FieldsProps {
  readonly parameters: readonly ParameterInfo[];
  readonly values: Readonly<Record<string, unknown>>;
  /** undefined: what it is without a choice. */
  readonly onChange: (name: string, value: unknown) => void;
}

/** Fields of a table of parameters. */
export function Fields({ parameters, values, onChange }: FieldsProps) {
  return parameters.map((parameter) => {
    const { name, doc, suggestion } = parameter;
    const value = Object.hasOwn(values, name) ? values[name] : parameter.default;
    const inherited = suggestion !== undefined ? suggestion : parameter.default;
    const change = (next: unknown) => onChange(name, JSON.stringify(next) === JSON.stringify(inherited) ? undefined : next);
    return (
      <div key={name} class="parameter" title={doc}>
        <code>{name}</code>
        {parameter.type === 'group' ? (
          <input
            type="checkbox"
            data-parameter={name}
            aria-label={name}
            checked={value !== null}
            onChange={({ currentTarget }) => change(currentTarget.checked ? {} : null)}
          />
        ) : (
          <Field parameter={parameter} value={value} onChange={change} />
        )}
        <span class="muted">{doc}</span>
        {parameter.type === 'group' && value !== null && <Group parameter={parameter} value={value} onChange={change} />}
      </div>
    );
  });
}

/** The parameters of something that is asked for besides. */
function Group({ parameter: { parameters = [] }, value, onChange }: FieldProps) {
  const values = value as Readonly<Record<string, unknown>>;
  return (
    <div class="parameter-group">
      <Fields
        parameters={parameters}
        values={values}
        onChange={(name, next) => {
          const { [name]: _, ...others } = values;
          onChange(next === undefined ? others : { ...others, [name]: next });
        }}
      />
    </div>
  );
}

interface FieldProps {
  readonly parameter: ParameterInfo;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}

function Field({ parameter, value, onChange }: FieldProps) {
  const { name, type, choices = [], min, max } = parameter;
  const common = { 'data-parameter': name, 'aria-label': name };
  switch (type) {
    case 'boolean':
      return (
        <input type="checkbox" {...common} checked={value === true} onChange={({ currentTarget }) => onChange(currentTarget.checked)} />
      );
    case 'choice':
      return (
        <select {...common} value={String(value)} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
          {choices.map((choice) => (
            <option key={choice} value={choice}>
              {choice}
            </option>
          ))}
        </select>
      );
    case 'integer':
    case 'number':
      return (
        <input
          type="number"
          {...common}
          min={min}
          max={max}
          step={type === 'integer' ? 1 : 'any'}
          value={value === null ? '' : String(value)}
          placeholder={value === null ? 'none' : ''}
          onChange={({ currentTarget }) => {
            if (currentTarget.value === '' && parameter.default === null) onChange(null);
            else if (currentTarget.checkValidity() && Number.isFinite(currentTarget.valueAsNumber)) onChange(currentTarget.valueAsNumber);
            else currentTarget.value = value === null ? '' : String(value);
          }}
        />
      );
    case 'text':
      return (
        <input
          type="text"
          {...common}
          value={value === null ? '' : String(value)}
          onChange={({ currentTarget }) => onChange(currentTarget.value || null)}
        />
      );
    case 'group':
      return null;
    case 'extents':
    case 'mask':
    case 'choices':
    case 'texts':
      return (
        <input
          type="text"
          {...common}
          spellcheck={false}
          value={formatJson(value)}
          placeholder={PLACEHOLDERS[type]}
          onChange={({ currentTarget }) => {
            const next = parseJson(currentTarget.value);
            if (next === undefined) currentTarget.value = formatJson(value);
            else onChange(next);
          }}
        />
      );
    case 'colormap':
      return (
        <>
          <input
            type="text"
            {...common}
            spellcheck={false}
            list={`choices-${name}`}
            value={formatJson(value)}
            placeholder="by the sign"
            onChange={({ currentTarget: { value: text } }) => onChange(parseJson(text) ?? (text.trim() || null))}
          />
          <datalist id={`choices-${name}`}>
            {choices.map((choice) => (
              <option key={choice} value={choice} />
            ))}
          </datalist>
        </>
      );
  }
}

const PLACEHOLDERS = {
  extents: 'one number per axis: 3, 8, 8',
  mask: 'every value for itself',
  choices: '["…", "…"]',
  texts: '["…", "…"]',
} as const;
