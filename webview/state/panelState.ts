import { computed, signal } from '@preact/signals';
import { type SeenImage, seenImage } from '../../src/image/drawPicture.ts';
import type { Choices } from '../../src/protocol/choices.ts';
import type { GivenInputs } from '../../src/protocol/inputs.ts';
import type {
  ConventionOutcome,
  Explained,
  InputImage,
  Layer,
  LayerExplanation,
  LayerMap,
  ModelSummary,
  Sweep,
  SweptMap,
} from '../../src/protocol/model.ts';
import type { FilesChanged, OfferedImage, PanelEvents, ViewSettings } from '../../src/protocol/panel.ts';
import type { Target } from '../../src/protocol/target.ts';
import { blankFor } from '../image/blank.ts';
import { type Picked, pickedIn } from '../method/neuron.ts';
import { type PictureChoice, pictureOf, specOf } from '../picture/choice.ts';
import { Comparison, type MapBefore } from './comparison.ts';
import { indexLayers } from './layers.ts';
import { Methods } from './methods.ts';
import { Work } from './work.ts';

export const DEFAULT_VIEW: ViewSettings = {
  picture: 'perceptual',
  captum: { pictures: [{}], shared: {} },
  opacity: 0.62,
  colormap: 'inferno',
  sign: 'positive',
  outlierPercent: 0,
  upsampling: 'bilinear',
  over: 'original',
  zoom: 1,
};

/** What is shown of the selected layer. */
export type Shown =
  | { readonly kind: 'map'; readonly map: LayerMap; readonly target: Explained }
  | Exclude<LayerExplanation, { kind: 'map' }>;

/** What the panel knows and shows. */
export class PanelState {
  readonly model = signal<ModelSummary>();
  /** What the model's inputs have; undefined: nothing yet. */
  readonly given = signal<GivenInputs>();
  readonly offered = signal<readonly OfferedImage[]>([]);
  readonly sweep = signal<Sweep>();
  /** The class that somebody chose; undefined: the top one, whichever it is. */
  readonly chosenTarget = signal<Target>();
  /** What somebody chose for this model, in place of what was inferred. */
  readonly choices = signal<Choices>({ explain: 'logits' });
  readonly selected = signal<string>();
  readonly view = signal<ViewSettings>(DEFAULT_VIEW);
  readonly columns = signal<readonly [number, number]>();
  readonly work = new Work();
  /** The usual conventions are being looked at. */
  readonly comparing = signal(false);
  /** The best classes of the image under each of them; undefined: not known yet. */
  readonly conventions = signal<readonly ConventionOutcome[]>();
  /** Files that were written since they were read, where the person is to be asked. */
  readonly changed = signal<FilesChanged>();
  readonly before = new Comparison();
  /** A region of the explained value is being drawn on the image. */
  readonly drawing = signal(false);
  /** Commands from outside that a component carries out. */
  readonly command = signal<{ readonly name: PanelEvents['command'] }>();

  /** Explanations of layers that the sweep has no map of, or only a reduced one, by value; kept as long as the sweep. */
  readonly explained = signal<{ readonly sweep: Sweep; readonly byOutput: ReadonlyMap<string, LayerExplanation> }>();

  readonly index = computed(() => indexLayers(this.model.value?.layers ?? []));
  readonly layer = computed<Layer | undefined>(() => this.index.value.byId.get(this.selected.value ?? ''));
  readonly maps = computed<ReadonlyMap<string, SweptMap>>(() => new Map(this.sweep.value?.maps.map((map) => [map.output, map])));
  /** The map before files were read again of what is shown now: of the same layer, or of the same method with the same settings. */
  readonly mapBefore = computed<MapBefore | undefined>(() =>
    this.isOfSweep.value ? this.before.mapOf(this.selected.value) : this.before.resultOf(this.methods.recipe.value),
  );
  readonly methods = new Methods(this);
  /** The selected layer's map of the sweep is what is shown. */
  readonly isOfSweep = computed(() => this.methods.isSwept.value || this.methods.isPicking.value);
  readonly shown = computed<Shown | undefined>(() => (this.isOfSweep.value ? this.#swept() : this.methods.view.value?.explanation));
  /** What was picked of the selected layer for the neuron that is explained. */
  readonly picked = computed<Picked>(() => {
    const [layer, neuron] = [this.layer.value, this.methods.neuron.value];
    return layer && neuron !== undefined && this.methods.info.value?.level === 'neuron' ? pickedIn(layer, neuron) : {};
  });
  /** The image that the model was given. */
  readonly photo = computed<InputImage | undefined>(() => this.given.value?.image);
  /** What maps are laid over: the photo, or nothing but black. */
  readonly image = computed<InputImage | undefined>(() => {
    const shown = this.shown.value;
    return this.photo.value ?? (shown?.kind === 'map' ? blankFor(shown.map) : undefined);
  });
  /** What the network sees of the image. */
  readonly seen = computed<SeenImage | undefined>(() => {
    const { network } = this.photo.value ?? {};
    return network && seenImage(network, this.model.value?.input?.channels);
  });
  /** As text, which changes with nothing else of the view. */
  readonly #asked = computed(() => JSON.stringify(specOf(this.view.value)));
  readonly picture = computed<PictureChoice>(() => pictureOf(JSON.parse(this.#asked.value), this.photo.value !== undefined));
  /** What maps are laid over; pictures show what the network sees and nothing around it. */
  readonly over = computed<ViewSettings['over']>(() => (this.picture.value.kind === 'overlay' ? this.view.value.over : 'input'));
  /** Every input has something, so that there is something to compute. */
  readonly ready = computed(() => this.given.value?.missing.length === 0);
  readonly phase = computed(() => {
    if (this.work.problem.value) return 'error';
    if (this.work.job.value || !this.model.value) return 'loading';
    return this.ready.value ? 'ready' : 'empty';
  });

  setView(change: Partial<ViewSettings>): void {
    this.view.value = { ...this.view.peek(), ...change };
  }

  #swept(): Shown | undefined {
    const layer = this.layer.value;
    const sweep = this.sweep.value;
    if (!layer || !sweep) return undefined;
    const map = this.maps.value.get(layer.output);
    if (map && !map.reduced) return { kind: 'map', map, target: sweep.target };
    const explained = this.explained.value;
    return explained?.sweep === sweep ? explained.byOutput.get(layer.output) : undefined;
  }

  explainedBeside(sweep: Sweep): ReadonlyMap<string, LayerExplanation> {
    const explained = this.explained.peek();
    return explained?.sweep === sweep ? explained.byOutput : new Map();
  }
}
