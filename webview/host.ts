import { unspelled } from '../src/protocol/numbers.ts';
import type { PanelCalls, PanelEvents, PanelMemory } from '../src/protocol/panel.ts';
import { type Message, Peer } from '../src/protocol/rpc.ts';

declare function acquireVsCodeApi(): {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
};

// biome-ignore lint/complexity/noBannedTypes: this end offers no calls and sends no events
type Nothing = {};
type Listeners = { readonly [K in keyof PanelEvents]: (payload: PanelEvents[K]) => void };

export type Calls = Pick<Peer<Nothing, Nothing, PanelCalls, PanelEvents>, 'call'>;

/** The extension behind the panel: its calls, its events, and the memory that outlives this page. */
export interface Host {
  readonly calls: Calls;
  readonly memory: PanelMemory;
  remember(memory: PanelMemory): void;
}

/** Connects to the extension; to be called once, as `acquireVsCodeApi` may be. */
export function connect(listeners: Listeners): Host {
  const vscode = acquireVsCodeApi();
  const peer = new Peer<Nothing, Nothing, PanelCalls, PanelEvents>((message) => vscode.postMessage(message), {}, listeners);
  // VS Code's own frame around this page has the page's origin
  window.addEventListener('message', ({ data, origin }: MessageEvent<Message>) => {
    if (origin === window.origin) peer.receive(unspelled(data) as Message);
  });
  return {
    calls: peer,
    memory: (vscode.getState() ?? {}) as PanelMemory,
    remember: (memory) => vscode.setState(memory),
  };
}
