import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { Model } from '../../../src/app/model.ts';
import { readModel } from '../../../src/formats/index.ts';
import { ProtobufWriter } from '../../../src/graph/serialize/protobufWriter.ts';
import { readInitializer } from '../../../src/graph/weights.ts';
import type { ErrorKind } from '../../../src/tensor/errors.ts';
import { type ModelFields, modelFile, port } from './hostile.ts';
import { fixture, refusal, temporaryFolder } from './models.ts';

/** Writes a file and returns what opening it as a model throws. */
function opening(content: Uint8Array | string, name = 'model.onnx') {
  const file = path.join(temporaryFolder(), name);
  writeFileSync(file, content);
  const error = refusal(() => Model.open(file));
  expect(error.message).toContain(file);
  return error;
}

const OTHER_FILES: readonly (readonly [string, Uint8Array | string, RegExp])[] = [
  ['empty', '', /is empty/],
  ['a PNG image', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), /it is a PNG image/],
  ['a zip archive', Buffer.from('504b0304140000000000', 'hex'), /it is a zip archive/],
  ['a web page', '<!DOCTYPE html><html><body>Sign in</body></html>', /it is a web page/],
  ['a pointer of Git LFS', 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n', /pointer of Git LFS.*git lfs pull/],
  ['JSON', '{"format": "layers-model"}', /it is JSON text/],
  ['text', 'Lorem ipsum\n', /it is text/],
  ['a TensorFlow Lite model', Buffer.from('\x1c\0\0\0TFL3\x14\0', 'latin1'), /TensorFlow Lite/],
  ['other bytes', Buffer.from('fffefdfc00112233', 'hex'), /not an ONNX model/],
];

test.each(OTHER_FILES)('%s is refused by name', (_, content, words) => {
  const error = opening(content);
  expect(error.kind).toBe('corrupt');
  expect(error.message).toMatch(words);
});

const TENSOR = { name: 'w', dims: [1, 2], raw: new Uint8Array(8) };

const DAMAGES: readonly (readonly [string, ModelFields, RegExp])[] = [
  ['too few bytes', { tensors: [{ ...TENSOR, raw: new Uint8Array(4) }] }, /tensor w has the shape \[1, 2\] of float32, 8 bytes, but 4/],
  ['negative extents', { tensors: [{ ...TENSOR, dims: [-1, 2] }] }, /tensor w has the impossible shape \[-1, 2\]/],
  ['gigantic extents', { tensors: [{ ...TENSOR, dims: [2n ** 62n, 4] }] }, /tensor w has the impossible shape/],
  ['an overflowing product', { tensors: [{ ...TENSOR, dims: [2 ** 31, 2 ** 31] }] }, /tensor w has the impossible shape/],
  ['a thousand dimensions', { tensors: [{ ...TENSOR, dims: new Array(1000).fill(1) }] }, /tensor w has 1000 dimensions/],
  ['an unknown element type', { tensors: [{ ...TENSOR, code: 99 }] }, /tensor w has the element type 99/],
  ['no outputs', { outputs: [] }, /no output/],
  ['an output that nothing makes', { outputs: [port('z', [1])] }, /output z is made by no node/],
  [
    'a value made twice',
    {
      nodes: [
        { name: 'one', op: 'Relu', inputs: ['x'], outputs: ['y'] },
        { name: 'two', op: 'Neg', inputs: ['x'], outputs: ['y'] },
      ],
    },
    /y is made twice.*one.*two/,
  ],
];

test.each(DAMAGES)('%s', (_, model, words) => {
  const error = opening(modelFile(model));
  expect(error.kind).toBe('corrupt');
  expect(error.message).toMatch(words);
});

test('a cycle is named by its nodes', () => {
  const error = refusal(() => Model.open(fixture('cycle.onnx')));
  expect(error.kind).toBe('corrupt');
  expect(error.message).toMatch(/cycle\.onnx.*cycle: (first → second → first|second → first → second)/);
});

test('nodes in another order are sorted', () => {
  expect(readModel(fixture('unsorted.onnx')).graph.nodes.map((node) => node.name)).toEqual(['first', 'last']);
});

const EXTERNAL: readonly (readonly [string, Record<string, string>, ErrorKind, RegExp])[] = [
  ['a file that is not there', { location: 'gone.bin' }, 'missing', /weights of w should be in .*gone\.bin, which is not there/],
  ['a folder', { location: 'folder' }, 'missing', /folder, which is not a file/],
  ['the parent folder', { location: '../w.bin' }, 'refused', /"\.\.\/w\.bin", outside/],
  ['the parent by way of a folder', { location: 'folder/../../w.bin' }, 'refused', /outside/],
  ['an absolute path', { location: '/etc/passwd' }, 'refused', /outside/],
  ['a backslash to the parent', { location: '..\\w.bin' }, 'refused', /outside/],
  ['a drive', { location: 'C:\\w.bin' }, 'refused', /outside/],
  ['a drive and a name', { location: 'C:w.bin' }, 'refused', /outside/],
  ['a share', { location: '\\\\server\\w.bin' }, 'refused', /outside/],
  ['a link out of the folder', { location: 'link.bin' }, 'refused', /outside/],
  ['a linked folder', { location: 'out/w.bin' }, 'refused', /outside/],
  ['no location', {}, 'refused', /outside/],
  ['an offset beyond the end', { location: 'w.bin', offset: '12' }, 'corrupt', /w\.bin: ends at byte 16, but w needs bytes 12 to 20/],
  ['a negative offset', { location: 'w.bin', offset: '-8' }, 'corrupt', /w\.bin/],
  ['an offset that is no number', { location: 'w.bin', offset: 'x' }, 'corrupt', /w\.bin/],
  ['a length that the shape contradicts', { location: 'w.bin', length: '16' }, 'corrupt', /8 bytes, but 16 bytes/],
];

test.each(EXTERNAL)('weights in %s', (_, external, kind, words) => {
  const folder = temporaryFolder();
  const home = path.join(folder, 'home');
  mkdirSync(path.join(home, 'folder'), { recursive: true });
  for (const place of [folder, home]) writeFileSync(path.join(place, 'w.bin'), new Uint8Array(16));
  symlinkSync(path.join(folder, 'w.bin'), path.join(home, 'link.bin'));
  symlinkSync(folder, path.join(home, 'out'));
  writeFileSync(path.join(home, 'model.onnx'), modelFile({ tensors: [{ name: 'w', dims: [1, 2], external }] }));
  const error = refusal(() => Model.open(path.join(home, 'model.onnx')));
  expect(error.kind).toBe(kind);
  expect(error.message).toMatch(words);
});

test('weights in a folder below, written with backslashes', () => {
  const folder = temporaryFolder();
  mkdirSync(path.join(folder, 'data'));
  writeFileSync(path.join(folder, 'data', 'w.bin'), new Uint8Array(new Float32Array([0, 0, 5, 7]).buffer));
  const external = { location: 'data\\w.bin', offset: '8' };
  writeFileSync(path.join(folder, 'model.onnx'), modelFile({ tensors: [{ name: 'w', dims: [1, 2], external }] }));
  const weight = readModel(path.join(folder, 'model.onnx')).graph.initializers.get('w');
  expect(weight && [...readInitializer(weight).data]).toEqual([5, 7]);
});

test('a model that is a link into a store finds its weights there', () => {
  const folder = temporaryFolder();
  mkdirSync(path.join(folder, 'blobs'));
  mkdirSync(path.join(folder, 'snapshot'));
  const copies = { 'external.onnx': 'aaaa', 'external.bin': 'bbbb' };
  for (const [name, blob] of Object.entries(copies)) {
    writeFileSync(path.join(folder, 'blobs', blob), readFileSync(fixture(name)));
    symlinkSync(path.join('..', 'blobs', blob), path.join(folder, 'snapshot', name));
  }
  const { graph } = readModel(path.join(folder, 'snapshot', 'external.onnx'));
  const sources = [...graph.initializers.values()].map(({ source }) => source.kind === 'file' && path.basename(source.path));
  expect(sources).toEqual(['bbbb', 'bbbb']);
});

test('subgraphs nested ten thousand deep end in an error, not in a crash', () => {
  let graph: Uint8Array = new ProtobufWriter().string(2, 'innermost').finish();
  for (let i = 0; i < 10_000; i++) {
    const attribute = new ProtobufWriter().string(1, 'body').bytes(6, graph).int(20, 5);
    graph = new ProtobufWriter().message(1, new ProtobufWriter().string(4, 'Loop').message(5, attribute)).finish();
  }
  const error = opening(new ProtobufWriter().int(1, 10).bytes(7, graph).finish());
  expect(error.kind).toBe('corrupt');
  expect(error.message).toMatch(/nested deeper/);
});

test('twenty thousand nodes of one name are told apart quickly', () => {
  const count = 20_000;
  const nodes = Array.from({ length: count }, (_, i) => ({
    name: 'same',
    op: 'Neg',
    inputs: [i === 0 ? 'x' : `v${i}`],
    outputs: [i === count - 1 ? 'y' : `v${i + 1}`],
  }));
  const file = path.join(temporaryFolder(), 'model.onnx');
  writeFileSync(file, modelFile({ nodes }));
  const started = performance.now();
  const { graph } = readModel(file);
  expect(performance.now() - started).toBeLessThan(8000);
  expect(new Set(graph.nodes.map((node) => node.name)).size).toBe(count);
});

test('names of JavaScript objects are names like others', () => {
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
  const attributes = names.map((name) => new ProtobufWriter().string(1, name).int(3, 1).int(20, 2));
  const nodes = names.map((name, i) => ({
    name,
    op: name,
    inputs: [i === 0 ? 'x' : (names[i - 1] as string), 'w'],
    outputs: [name],
    attributes,
  }));
  const file = path.join(temporaryFolder(), 'model.onnx');
  const tensors = [{ name: 'w', dims: [1, 2], raw: new Uint8Array(8) }];
  writeFileSync(file, modelFile({ nodes, tensors, outputs: names.map((name) => port(name, [1, 2])) }));
  const model = Model.open(file);
  expect(model.graph.nodes.map((node) => node.name)).toEqual(names);
  expect(new Set(Object.keys(model.graph.nodes[0]?.attributes ?? {}))).toEqual(new Set(names));
  expect(Object.getPrototypeOf(model.graph.nodes[0]?.attributes)).toBe(Object.prototype);
  expect(({} as Record<string, unknown>).type).toBeUndefined();
});

test('an input of impossible extents opens, its extents left open', () => {
  const file = path.join(temporaryFolder(), 'model.onnx');
  writeFileSync(file, modelFile({ inputs: [port('x', [-1, 2n ** 62n])], outputs: [port('y', [])] }));
  const [input] = Model.open(file).graph.inputs;
  expect(input?.shape?.map((dim) => typeof dim)).toEqual(['string', 'string']);
});

test('what is no file', () => {
  const folder = temporaryFolder();
  const named = path.join(folder, 'folder.onnx');
  mkdirSync(named);
  expect(refusal(() => Model.open(named))).toMatchObject({ kind: 'missing', message: expect.stringContaining('is a folder') });
  expect(refusal(() => Model.open(folder))).toMatchObject({ kind: 'missing', message: expect.stringContaining('is a folder') });
  expect(refusal(() => Model.open(path.join(folder, 'gone.onnx')))).toMatchObject({
    kind: 'missing',
    message: expect.stringContaining('there is no such file'),
  });
  const pipe = path.join(folder, 'pipe.onnx');
  execFileSync('mkfifo', [pipe]);
  expect(refusal(() => Model.open(pipe))).toMatchObject({ kind: 'missing', message: expect.stringContaining('not a file') });
  writeFileSync(path.join(folder, 'model.xyz'), 'x');
  expect(refusal(() => Model.open(path.join(folder, 'model.xyz')))).toMatchObject({
    kind: 'unsupported',
    message: expect.stringContaining('.onnx'),
  });
});

test('a sparse file of gigabytes that is no model is refused at once', () => {
  const file = path.join(temporaryFolder(), 'model.onnx');
  writeFileSync(file, Buffer.from('080a3a', 'hex'));
  truncateSync(file, 3 * 2 ** 30);
  const started = performance.now();
  expect(refusal(() => Model.open(file)).kind).toBe('corrupt');
  expect(performance.now() - started).toBeLessThan(2000);
});
