import { VISUALIZE_PARAMETERS } from '../../src/image/captum/parameters.ts';
import { hasHeatMap, type Visualization } from '../../src/image/captum/visualize.ts';
import type { ParameterInfo } from '../../src/protocol/methods.ts';
import type { CaptumPictures } from '../../src/protocol/panel.ts';
import { Icon } from '../components/Icon.tsx';
import { Fields } from '../method/ParameterForm.tsx';
import { usePanel } from '../state/context.ts';

type Name = keyof typeof VISUALIZE_PARAMETERS;
type Values = Readonly<Record<string, unknown>>;

/** Pictures that may stand side by side. */
const MOST = 6;

const SHARED = ['outlier_perc', 'cmap', 'alpha_overlay', 'show_colorbar'] as const;
/** What is told besides where the map has another size than the image. */
const RESIZING = ['interpolate_mode'] as const;

/** Which methods a parameter changes anything of, where not all. */
const CHANGED_BY: Readonly<Partial<Record<Name, (method: Visualization) => boolean>>> = {
  sign: (method) => method !== 'original_image',
  outlier_perc: (method) => method !== 'original_image',
  interpolate_mode: (method) => method !== 'original_image',
  cmap: hasHeatMap,
  show_colorbar: hasHeatMap,
  alpha_overlay: (method) => method === 'blended_heat_map',
};

const methodOf = ({ method = VISUALIZE_PARAMETERS.method.default }: Values) => method as Visualization;

/** Those of the parameters that change anything of a picture by one of the methods. */
const infos = (names: readonly Name[], methods: readonly Visualization[]): readonly ParameterInfo[] =>
  names
    .filter((name) => methods.some((method) => CHANGED_BY[name]?.(method) ?? true))
    .map((name) => ({ name, ...VISUALIZE_PARAMETERS[name] }));

const without = (values: Values, name: string): Values => Object.fromEntries(Object.entries(values).filter(([key]) => key !== name));
const changed = (values: Values, name: string, value: unknown): Values =>
  value === undefined ? without(values, name) : { ...values, [name]: value };

/** A link that puts another picture beside the others. */
export function AddPicture() {
  const panel = usePanel();
  const { captum } = panel.view.value;
  const { pictures } = captum;
  if (pictures.length === 1 || pictures.length >= MOST) return null;
  return (
    <button
      type="button"
      class="link"
      data-testid="add-picture"
      onClick={() => panel.setView({ captum: { ...captum, pictures: [...pictures, pictures.at(-1) as Values] } })}
    >
      Add a picture
    </button>
  );
}

/** What Captum is told of one picture, or of several side by side. */
export function FigureForm() {
  const panel = usePanel();
  const { captum } = panel.view.value;
  const { pictures, shared } = captum;
  const change = (next: Partial<CaptumPictures>) => panel.setView({ captum: { ...captum, ...next } });
  const changePicture = (at: number, name: string, value: unknown) =>
    change({ pictures: pictures.map((picture, i) => (i === at ? changed(picture, name, value) : picture)) });
  const isOne = pictures.length === 1;
  const [map, seen] = [panel.shown.value, panel.seen.value];
  const isResized = map?.kind === 'map' && seen && (map.map.width !== seen.width || map.map.height !== seen.height);
  const methods = pictures.map(methodOf);
  return (
    <div class="figure-form" data-testid="figure-form">
      {!isOne &&
        pictures.map((picture, i) => (
          // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be a row
          <div key={i} class="figure-part" role="group" aria-label={`Picture ${i + 1}`} data-part={i}>
            <Fields
              parameters={infos(['method', 'sign', 'title'], [methodOf(picture)])}
              values={picture}
              onChange={(name, value) => changePicture(i, name, value)}
            />
            <button
              type="button"
              class="icon-button"
              title={`Remove picture ${i + 1}`}
              onClick={() => change({ pictures: pictures.filter((_, at) => at !== i) })}
            >
              <Icon name="close" />
            </button>
          </div>
        ))}
      <div class="figure-fields">
        {isOne && (
          <Fields
            parameters={infos(['sign', 'title'], methods)}
            values={pictures[0] as Values}
            onChange={(name, value) => changePicture(0, name, value)}
          />
        )}
        <Fields
          parameters={infos([...SHARED, ...(isResized ? RESIZING : [])], methods)}
          values={shared}
          onChange={(name, value) => change({ shared: changed(shared, name, value) })}
        />
      </div>
    </div>
  );
}
