import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Answer, Task } from './protocol.ts';

/** One side of the benchmark: a process that is kept alive and answers one request at a time. */
export class Side {
  readonly versions: string;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #lines: AsyncIterator<string>;

  /** @throws Error with the process's last words when it cannot be started */
  static async start(program: string, args: readonly string[]): Promise<Side> {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    let words = '';
    child.stderr.on('data', (data: Buffer) => {
      words = `${words}${data}`.slice(-2000);
    });
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('close', () => resolve(words.trim().split('\n').at(-1) ?? ''));
    });
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const first = await lines.next();
    if (first.done) throw new Error(await ended);
    return new Side(child, lines, parse(first).versions ?? '');
  }

  private constructor(child: ChildProcessByStdio<Writable, Readable, Readable>, lines: AsyncIterator<string>, versions: string) {
    this.#child = child;
    this.#lines = lines;
    this.versions = versions;
  }

  async ask(task: Task): Promise<Answer> {
    this.#child.stdin.write(`${JSON.stringify(task)}\n`);
    return parse(await this.#lines.next());
  }

  stop(): void {
    this.#child.stdin.end();
    this.#child.kill();
  }
}

function parse({ value, done }: IteratorResult<string>): Answer {
  if (done) throw new Error('a process of the benchmark ended before it answered');
  return JSON.parse(value) as Answer;
}
