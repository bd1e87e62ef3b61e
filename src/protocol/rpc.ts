import { textOf, unpacked } from './packed.ts';

/** An error as it crosses a border: plain data. */
export interface WireError {
  readonly kind: string;
  readonly message: string;
}

type Params = unknown;
/** Calls by name: one parameter object, one result. */
export type Calls = Record<string, (params: never) => unknown>;
/** Events by name: one payload, no answer. */
export type Events = Record<string, unknown>;

export type Message =
  | { readonly type: 'call'; readonly id: number; readonly name: string; readonly params: Params }
  | { readonly type: 'cancel'; readonly id: number }
  | { readonly type: 'result'; readonly id: number; readonly value: unknown }
  | { readonly type: 'result'; readonly id: number; readonly text: Uint8Array }
  | { readonly type: 'failure'; readonly id: number; readonly error: WireError }
  | { readonly type: 'event'; readonly name: string; readonly payload: unknown };

type ParamsOf<F> = F extends (params: infer P) => unknown ? P : never;
type ResultOf<F> = F extends (params: never) => infer R ? Awaited<R> : never;

/** What an end offers: every call of `C`, each given a signal that aborts when the caller cancels. */
export type Handlers<C extends Calls> = {
  readonly [K in keyof C]: (params: ParamsOf<C[K]>, signal: AbortSignal) => ResultOf<C[K]> | Promise<ResultOf<C[K]>>;
};

export class RemoteError extends Error {
  readonly kind: string;
  constructor({ kind, message }: WireError) {
    super(message);
    this.name = 'RemoteError';
    this.kind = kind;
  }
}

/**
 * One end of a connection over any message channel (a forked process, a webview). Calls carry numbers, results and
 * failures come back by number, and unknown names are answered with a failure.
 * `Offered` and `Told` are the calls that this end answers and the events it sends; `Wanted` and `Heard` the other's.
 */
export class Peer<Offered extends Calls, Told extends Events, Wanted extends Calls, Heard extends Events> {
  readonly #post: (message: Message) => void;
  readonly #handlers: Handlers<Offered>;
  readonly #listeners: { readonly [K in keyof Heard]?: (payload: Heard[K]) => void };
  readonly #pending = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void; settled: () => void }>();
  readonly #running = new Map<number, AbortController>();
  #next = 1;

  constructor(
    post: (message: Message) => void,
    handlers: Handlers<Offered>,
    listeners: { readonly [K in keyof Heard]?: (payload: Heard[K]) => void } = {},
  ) {
    this.#post = post;
    this.#handlers = handlers;
    this.#listeners = listeners;
  }

  /** Asks the other end. Rejects with RemoteError; with kind 'cancelled' as soon as `signal` aborts. */
  call<K extends keyof Wanted & string>(name: K, params: ParamsOf<Wanted[K]>, signal?: AbortSignal): Promise<ResultOf<Wanted[K]>> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      const cancelled = () => reject(new RemoteError({ kind: 'cancelled', message: 'Cancelled.' }));
      if (signal?.aborted) return cancelled();
      const onAbort = () => {
        this.#pending.delete(id);
        this.#post({ type: 'cancel', id });
        cancelled();
      };
      const settled = () => signal?.removeEventListener('abort', onAbort);
      this.#pending.set(id, { resolve, reject, settled });
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#post({ type: 'call', id, name, params });
    });
  }

  tell<K extends keyof Told & string>(name: K, payload: Told[K]): void {
    this.#post({ type: 'event', name, payload });
  }

  /** To be called with every message that arrives. Messages of another form are ignored. */
  receive(message: Message): void {
    switch (message?.type) {
      case 'call':
        void this.#answer(message);
        break;
      case 'cancel':
        this.#running.get(message.id)?.abort();
        break;
      case 'result':
        this.#settle(message.id)?.resolve(('text' in message ? unpacked(message.text) : message.value) as never);
        break;
      case 'failure':
        this.#settle(message.id)?.reject(new RemoteError(message.error));
        break;
      case 'event':
        if (Object.hasOwn(this.#listeners, message.name)) this.#listeners[message.name]?.(message.payload as never);
        break;
    }
  }

  /** Settles every call that waits, when the other end is gone. */
  close(error: WireError): void {
    for (const id of this.#pending.keys()) this.#settle(id)?.reject(new RemoteError(error));
    for (const controller of this.#running.values()) controller.abort();
  }

  #settle(id: number) {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    pending?.settled();
    return pending;
  }

  async #answer({ id, name, params }: Message & { type: 'call' }): Promise<void> {
    const controller = new AbortController();
    this.#running.set(id, controller);
    try {
      const handler = Object.hasOwn(this.#handlers, name) ? this.#handlers[name] : undefined;
      if (!handler) throw new RemoteError({ kind: 'usage', message: `There is no call named ${String(name)}.` });
      const value = await handler(params as never, controller.signal);
      const text = textOf(value);
      if (!controller.signal.aborted) this.#post({ type: 'result', id, ...(text ? { text } : { value }) });
    } catch (error) {
      if (!controller.signal.aborted) this.#post({ type: 'failure', id, error: toWireError(error) });
    } finally {
      this.#running.delete(id);
    }
  }
}

export function toWireError(error: unknown): WireError {
  const { kind, message } = error as Partial<WireError>;
  return { kind: typeof kind === 'string' ? kind : 'internal', message: typeof message === 'string' ? message : String(error) };
}
