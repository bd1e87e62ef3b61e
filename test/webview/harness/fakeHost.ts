import type { GivenInputs } from '../../../src/protocol/inputs.ts';
import type { InputImage } from '../../../src/protocol/model.ts';
import type { OfferedImage, PanelCalls, PanelEvents } from '../../../src/protocol/panel.ts';
import { type Handlers, type Message, Peer, RemoteError, type WireError } from '../../../src/protocol/rpc.ts';
import type { Target } from '../../../src/protocol/target.ts';
import type { Recording } from './recording.ts';
import { fromJson } from './wire.ts';

/** The extension's end in the page, for a test to steer. */
export interface FakeHost {
  recording: Recording;
  offered: OfferedImage[];
  /** Every call that came, oldest first. */
  readonly calls: { name: string; params: unknown }[];
  /** Failures to give, by call; each is given once. */
  readonly failures: Partial<Record<keyof PanelCalls, WireError>>;
  /** Milliseconds that an answer takes, by call. */
  readonly delays: Partial<Record<keyof PanelCalls, number>>;
  tell<K extends keyof PanelEvents>(name: K, payload: PanelEvents[K]): void;
}

declare global {
  interface Window {
    fakeHost: FakeHost;
    /** Set before this script: the recording as JSON with its arrays in base64. */
    recordingJson: string;
    acquireVsCodeApi: () => unknown;
  }
}

const recording = fromJson(window.recordingJson) as Recording;

const host: FakeHost = {
  recording,
  offered: Object.keys(recording.images).map((label, i) => ({ path: `/workspace/${label}`, label, last: i === 0 })),
  calls: [],
  failures: {},
  delays: {},
  tell: (name, payload) => peer.tell(name, payload),
};

const imageNamed = (path: string): InputImage => {
  const label = path.replace('/workspace/', '');
  const [dropped] = Object.values(host.recording.images);
  const image = path.startsWith('/storage/') ? dropped : host.recording.images[label];
  if (!image) throw new RemoteError({ kind: 'missing', message: `There is no file ${path}.` });
  return { ...image, name: path };
};

const GIVEN = 'given-image';
const NOTHING: GivenInputs = { sources: {}, missing: [] };
/** What was given is remembered for the next window, as the extension does. */
function given(image: InputImage): GivenInputs {
  sessionStorage.setItem(GIVEN, image.name);
  const [port] = host.recording.summary.inputs;
  return { sources: { [port?.name ?? '']: { kind: 'image', path: image.name } }, missing: [], image };
}

const handlers: Handlers<PanelCalls> = {
  open: () => host.recording.summary,
  images: () => host.offered,
  cancel: () => null,
  chooseImage: () => given(imageNamed(host.offered[0]?.path ?? '')),
  setInput: () => NOTHING,
  chooseInput: () => null,
  restoreInputs: () => {
    const path = sessionStorage.getItem(GIVEN);
    return path === null ? NOTHING : given(imageNamed(path));
  },
  setImage: (params) => {
    if ('path' in params) return given(imageNamed(params.path));
    const [label] = Object.keys(host.recording.images);
    return given({ ...imageNamed(`/workspace/${label}`), name: `/storage/${params.name}` });
  },
  sweep: ({ target }) => {
    const { sweeps } = host.recording;
    const sweep = target === undefined ? sweeps[0] : sweeps.find((candidate) => sameTarget(candidate.target.target, target));
    if (!sweep) throw new RemoteError({ kind: 'usage', message: `The recording has no target ${JSON.stringify(target)}.` });
    return sweep;
  },
  explain: ({ layer, target }) => {
    const explanation = host.recording.explanations[`${target?.kind === 'class' ? target.index : ''} ${layer}`];
    if (!explanation) throw new RemoteError({ kind: 'unsupported', message: `The recording has no explanation of ${layer}.` });
    return explanation;
  },
  units: () => {
    throw new RemoteError({ kind: 'unsupported', message: 'The recording has no units to choose from.' });
  },
  methods: () => [],
  chooseBaselines: () => null,
  baselines: () => ({ text: '', count: 0, pictures: [] }),
  estimate: () => ({ passes: 1 }),
  attribute: () => {
    throw new RemoteError({ kind: 'unsupported', message: 'The recording has no methods.' });
  },
  conventions: () => [],
  saveConfiguration: () => ({ file: '/workspace/inspectum.json' }),
  chooseLabels: () => null,
  keepLabels: ({ name }) => ({ file: `/storage/${name}` }),
  setTruth: ({ truth }) => truth && { ...truth, from: 'hand', where: 'set by hand' },
  layerSelected: () => null,
  savePicture: () => true,
};

const sameTarget = (a: Target, b: Target): boolean => JSON.stringify(a) === JSON.stringify(b);

const steered = Object.fromEntries(
  Object.entries(handlers).map(([name, handler]) => [
    name,
    async (params: never, signal: AbortSignal) => {
      const key = name as keyof PanelCalls;
      host.calls.push({ name, params });
      const delay = host.delays[key];
      if (delay) await new Promise((resolve) => setTimeout(resolve, delay));
      const failure = host.failures[key];
      delete host.failures[key];
      if (failure) throw new RemoteError(failure);
      return handler(params, signal);
    },
  ]),
) as unknown as Handlers<PanelCalls>;

const STATE = 'vscode-state';
// biome-ignore lint/complexity/noBannedTypes: nothing is asked of the panel
const peer = new Peer<PanelCalls, PanelEvents, {}, {}>((message) => window.postMessage(structuredClone(message), '*'), steered);

window.fakeHost = host;
window.acquireVsCodeApi = () => ({
  postMessage: (message: Message) => {
    const copy = structuredClone(message);
    setTimeout(() => peer.receive(copy));
  },
  getState: () => JSON.parse(sessionStorage.getItem(STATE) ?? 'null'),
  setState: (state: unknown) => sessionStorage.setItem(STATE, JSON.stringify(state)),
});
