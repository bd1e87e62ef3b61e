import type { Message } from '../../../src/protocol/rpc.ts';
import { fromJson, toJson } from './wire.ts';

declare global {
  interface Window {
    /** The test's end: takes a message of the panel. */
    toTest: (json: string) => void;
    /** Gives the panel a message of the test. */
    fromTest: (json: string) => void;
  }
}

const STATE = 'vscode-state';

window.fromTest = (json) => window.postMessage(fromJson(json), '*');
window.acquireVsCodeApi = () => ({
  postMessage: (message: Message) => window.toTest(toJson(message)),
  getState: () => JSON.parse(sessionStorage.getItem(STATE) ?? 'null'),
  setState: (state: unknown) => sessionStorage.setItem(STATE, JSON.stringify(state)),
});
