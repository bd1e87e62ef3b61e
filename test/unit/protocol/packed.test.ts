import { expect, test } from 'vitest';
import { packed } from '../../../src/protocol/packed.ts';
import { type Message, Peer } from '../../../src/protocol/rpc.ts';

type Nothing = Record<never, never>;
type Ask = { tree: (params: null) => object };

/** Two ends of a channel that copies what it carries, as processes and pages do. */
function connected(answer: () => object | Promise<object>, carried: Message[]): Peer<Nothing, Nothing, Ask, Nothing> {
  const copy = (message: Message): Message => {
    carried.push(message);
    return structuredClone(message);
  };
  const asking: Peer<Nothing, Nothing, Ask, Nothing> = new Peer((message) => answering.receive(copy(message)), {});
  const answering = new Peer<Ask, Nothing, Nothing, Nothing>((message) => asking.receive(copy(message)), { tree: answer });
  return asking;
}

const TREE = { name: 'größte', layers: [{ id: 'a', dims: [1, 2], children: [] }], macs: 0.1 };

test('a packed value arrives as it is, and goes on as the bytes that came', async () => {
  const [first, second]: [Message[], Message[]] = [[], []];
  const host = connected(() => packed(TREE), first);
  const panel = connected(() => host.call('tree', null), second);
  expect(await panel.call('tree', null)).toEqual(TREE);
  const texts = [first, second].map((messages) => messages.flatMap((message) => ('text' in message ? [message.text] : [])));
  expect(texts.map((list) => list.length)).toEqual([1, 1]);
  expect(texts[1]).toEqual(texts[0]);
});

test('any other value arrives as it is', async () => {
  const carried: Message[] = [];
  const map = { data: new Float32Array([1, 2]) };
  expect(await connected(() => map, carried).call('tree', null)).toEqual(map);
  expect(carried.some((message) => 'text' in message)).toBe(false);
});
