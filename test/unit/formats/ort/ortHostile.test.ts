import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { Model } from '../../../../src/app/model.ts';
import {
  ATTRIBUTE,
  GRAPH,
  MODEL,
  NODE,
  OPSET_ID,
  SESSION,
  SPARSE,
  TENSOR,
  TENSOR_TYPE,
  TYPE,
  VALUE,
} from '../../../../src/formats/ort/schema.ts';
import type { ErrorKind } from '../../../../src/tensor/errors.ts';
import { refusal, temporaryFolder } from '../models.ts';
import { flatBuffer, type Table } from './flatbuffersWriter.ts';

const FLOAT = { [TENSOR_TYPE.dtype]: { int32: 1 } };
const port = (name: string): Table => ({
  [VALUE.name]: { text: name },
  [VALUE.type]: { table: { [TYPE.kind]: { uint8: 1 }, [TYPE.value]: { table: FLOAT } } },
});
const node = (op: string, inputs: readonly string[], output: string, attributes: readonly Table[] = []): Table => ({
  [NODE.op]: { text: op },
  [NODE.inputs]: { texts: inputs },
  [NODE.outputs]: { texts: [output] },
  [NODE.attributes]: { tables: attributes },
});
const weight = (dims: readonly bigint[], bytes: number, code = 1): Table => ({
  [TENSOR.name]: { text: 'w' },
  [TENSOR.dims]: { int64s: dims },
  [TENSOR.dtype]: { int32: code },
  [TENSOR.raw]: { bytes: new Uint8Array(bytes) },
});

/** y = x + w of opset 17, with other parts where they are given. */
function graphOf(parts: Table = {}): Table {
  return {
    [GRAPH.initializers]: { tables: [weight([2n], 8)] },
    [GRAPH.values]: { tables: [port('x'), port('y')] },
    [GRAPH.nodes]: { tables: [node('Add', ['x', 'w'], 'y')] },
    [GRAPH.inputs]: { texts: ['x'] },
    [GRAPH.outputs]: { texts: ['y'] },
    ...parts,
  };
}

function sessionOf(parts: Table = {}, session: Table = {}): Table {
  const opset = { [OPSET_ID.domain]: { text: '' }, [OPSET_ID.version]: { int64: 17n } };
  const model = { [MODEL.irVersion]: { int64: 10n }, [MODEL.opsets]: { tables: [opset] }, [MODEL.graph]: { table: graphOf(parts) } };
  return { [SESSION.version]: { text: '6' }, [SESSION.model]: { table: model }, ...session };
}

function write(bytes: Uint8Array | string): string {
  const file = path.join(temporaryFolder(), 'model.ort');
  writeFileSync(file, bytes);
  return file;
}

test('the file that the cases below damage opens', () => {
  expect(Model.open(write(flatBuffer(sessionOf()))).graph.nodes.map(({ op }) => op)).toEqual(['Add']);
});

const sparse = (values: Table, indices: Table, dims: readonly bigint[]): Table => ({
  [GRAPH.initializers]: { tables: [] },
  [GRAPH.sparse]: {
    tables: [{ [SPARSE.values]: { table: values }, [SPARSE.indices]: { table: indices }, [SPARSE.dims]: { int64s: dims } }],
  },
});
const INDICES = { ...weight([1n], 8, 7), [TENSOR.raw]: { bytes: new Uint8Array(BigInt64Array.of(5n).buffer) } };
const attribute = (type: number): Table => ({ [ATTRIBUTE.name]: { text: 'a' }, [ATTRIBUTE.type]: { int32: type } });
const withAttribute = (type: number): Table => ({ [GRAPH.nodes]: { tables: [node('Add', ['x', 'w'], 'y', [attribute(type)])] } });

const DAMAGES: readonly (readonly [string, Table, ErrorKind, RegExp])[] = [
  ['an empty table', {}, 'unsupported', /version unknown/],
  ['another version of the format', sessionOf({}, { [SESSION.version]: { text: '7' } }), 'unsupported', /is of version 7.*versions 1, 2/],
  ['no model', { [SESSION.version]: { text: '6' } }, 'corrupt', /holds no graph/],
  ['a model that leads nowhere', sessionOf({}, { [SESSION.model]: { offset: 0 } }), 'corrupt', /an offset leads nowhere/],
  ['a model behind the end', sessionOf({}, { [SESSION.model]: { offset: 0x7fffffff } }), 'corrupt', /the file ends at byte/],
  ['a graph that is a text', sessionOf({}, { [SESSION.model]: { table: { [MODEL.graph]: { text: 'graph' } } } }), 'corrupt', /./],
  ['nodes behind the end', sessionOf({ [GRAPH.nodes]: { offset: 0xfffffff0 } }), 'corrupt', /the file ends at byte/],
  [
    'four thousand million nodes',
    sessionOf({ [GRAPH.nodes]: { longVector: 0xffffffff } }),
    'corrupt',
    /4294967295 elements of 4 bytes do not fit/,
  ],
  [
    'a name of gigabytes',
    sessionOf({}, { [SESSION.version]: { longVector: 0xfffffff0 } }),
    'corrupt',
    /4294967280 elements of 1 bytes do not fit/,
  ],
  [
    'extents without end',
    sessionOf({ [GRAPH.initializers]: { tables: [{ ...weight([2n], 8), [TENSOR.dims]: { longVector: 0x7fffffff } }] } }),
    'corrupt',
    /2147483647 elements of 8 bytes do not fit/,
  ],
  ['too few bytes', sessionOf({ [GRAPH.initializers]: { tables: [weight([4n], 8)] } }), 'corrupt', /16 bytes, but 8 bytes are stored/],
  ['no bytes', sessionOf({ [GRAPH.initializers]: { tables: [{ ...weight([4n], 0) }] } }), 'corrupt', /but 0 bytes are stored/],
  ['negative extents', sessionOf({ [GRAPH.initializers]: { tables: [weight([-2n], 8)] } }), 'corrupt', /impossible shape \[-2\]/],
  ['gigantic extents', sessionOf({ [GRAPH.initializers]: { tables: [weight([2n ** 62n], 8)] } }), 'corrupt', /impossible shape/],
  ['an unknown element type', sessionOf({ [GRAPH.initializers]: { tables: [weight([2n], 8, 99)] } }), 'corrupt', /element type 99/],
  [
    'texts fewer than the shape says',
    sessionOf({ [GRAPH.initializers]: { tables: [{ ...weight([2n], 0, 8), [TENSOR.strings]: { texts: ['one'] } }] } }),
    'corrupt',
    /should hold 2 texts, but holds 1/,
  ],
  ['an attribute of a list of graphs', sessionOf(withAttribute(10)), 'unsupported', /attribute a has the type 10/],
  ['an attribute that is a graph and has none', sessionOf(withAttribute(5)), 'corrupt', /attribute a has no value/],
  ['an output that nothing makes', sessionOf({ [GRAPH.outputs]: { texts: ['z'] } }), 'corrupt', /output z is made by no node/],
  ['a sparse weight outside of its shape', sessionOf(sparse(weight([1n], 4), INDICES, [2n])), 'corrupt', /value 0 stands outside/],
  [
    'a sparse weight with other indices',
    sessionOf(sparse(weight([2n], 8), INDICES, [9n])),
    'corrupt',
    /2 values .* have indices of shape \[1\]/,
  ],
  ['a sparse weight of terabytes', sessionOf(sparse(weight([1n], 4), INDICES, [2n ** 40n])), 'too-large', /too large to be made dense/],
  ['a sparse weight without values', sessionOf({ [GRAPH.sparse]: { tables: [{}] } }), 'corrupt', /no values or no indices/],
];

test.each(DAMAGES)('%s', (_, table, kind, words) => {
  const file = write(flatBuffer(table));
  const error = refusal(() => Model.open(file));
  expect(error.message).toContain(file);
  expect(error.message).toMatch(words);
  expect(error.kind).toBe(kind);
});

const OTHERS: readonly (readonly [string, Uint8Array | string, RegExp])[] = [
  ['empty', '', /not a model in ONNX Runtime's format/],
  ['an ONNX model', Buffer.from('08073a00', 'hex'), /not a model in ONNX Runtime's format/],
  ['a zip archive', Buffer.from('504b0304140000000000', 'hex'), /it is a zip archive/],
  ['nothing but its identifier', Buffer.from('\0\0\0\0ORTM', 'latin1'), /an offset leads nowhere/],
  ['another FlatBuffer', flatBuffer(sessionOf(), 'TFL3'), /it is a TensorFlow Lite model/],
];

test.each(OTHERS)('a file that is %s', (_, content, words) => {
  const error = refusal(() => Model.open(write(content)));
  expect(error.kind).toBe('corrupt');
  expect(error.message).toMatch(words);
});

/** A graph within a graph, so many times; each node has the inner one under `times` attributes. */
function nested(depth: number, times: number): Table {
  let graph = graphOf();
  for (let i = 0; i < depth; i++) {
    const branches = { table: { ...attribute(5), [ATTRIBUTE.graph]: { table: graph } }, times };
    graph = graphOf({ [GRAPH.nodes]: { tables: [{ ...node('If', ['x'], 'y'), [NODE.attributes]: branches }] } });
  }
  return sessionOf(graph);
}

test('subgraphs nested a thousand deep end in an error, not in a crash', () => {
  const error = refusal(() => Model.open(write(flatBuffer(nested(1000, 1)))));
  expect(error.kind).toBe('corrupt');
  expect(error.message).toMatch(/nested deeper/);
});

test('a few shared subgraphs that stand for endlessly many end in an error', () => {
  const started = performance.now();
  const error = refusal(() => Model.open(write(flatBuffer(nested(18, 4)))));
  expect(error.kind).toBe('corrupt');
  expect(error.message).toMatch(/over and over/);
  expect(performance.now() - started).toBeLessThan(2000);
});
