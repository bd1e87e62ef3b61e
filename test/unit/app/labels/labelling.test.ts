import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { labelsOf } from '../../../../src/app/labels/labelling.ts';
import type { FoundNames } from '../../../../src/app/settings/said.ts';
import { type AttributeInput, attributesOf, type Graph } from '../../../../src/graph/graph.ts';
import type { LabelsChoice } from '../../../../src/protocol/choices.ts';
import { type Files, folderWith } from '../beside.ts';

interface Asked {
  readonly files?: Files;
  readonly classes?: number | undefined;
  readonly takesImage?: boolean;
  /** Its file by its name in the folder. */
  readonly choice?: LabelsChoice;
  readonly said?: readonly FoundNames[];
  readonly nodes?: Graph['nodes'];
  readonly model?: string;
}

function asked({ files = {}, classes, takesImage = true, choice, said = [], nodes = [], model = 'net.onnx' }: Asked) {
  const folder = folderWith(files);
  const graph = { nodes } as unknown as Graph;
  const chosen = choice && 'file' in choice ? { ...choice, file: path.join(folder, choice.file) } : choice;
  return labelsOf({ modelPath: path.join(folder, model), graph, classes, takesImage, choice: chosen, said });
}

const ml = (op: string, attributes: Readonly<Record<string, AttributeInput>>): Graph['nodes'][number] => ({
  name: op,
  op,
  domain: 'ai.onnx.ml',
  inputs: [],
  outputs: [],
  attributes: attributesOf(attributes),
});
const strings = (...value: string[]) => ({ type: 'strings', value }) as const;
const found = (source: string, names: readonly string[], binding = false): FoundNames => ({ names, source, binding });

const YAML = 'names:\n  0: y\n  1: z\n';
const ZIP_MAP = ml('ZipMap', { classlabels_strings: strings('zip', 'map') });

/** From the strongest on; each alone with all that are weaker. */
const PRECEDENCE: readonly (readonly [string, Asked, readonly string[], string])[] = [
  ['what was chosen', { choice: { file: 'chosen.txt' }, files: { 'chosen.txt': 'a\nb\n' } }, ['a', 'b'], 'chosen.txt'],
  ['inspectum.json', { said: [found('inspectum.json', ['i', 'j'], true)] }, ['i', 'j'], 'inspectum.json'],
  [
    'metadata and files of other tools',
    { said: [found("the model's metadata (names)", ['m', 'n'])] },
    ['m', 'n'],
    "the model's metadata (names)",
  ],
  ['the graph', { nodes: [ZIP_MAP] }, ['zip', 'map'], 'the model (ZipMap)'],
  ["the model's own file", { files: { 'net.labels.txt': 'o\np\n' } }, ['o', 'p'], 'net.labels.txt'],
  ['its other name', { files: { 'net_labels.txt': 'o\np\n' } }, ['o', 'p'], 'net_labels.txt'],
  ['labels.json', { files: { 'labels.json': { 0: 'j', 1: 'k' } } }, ['j', 'k'], 'labels.json'],
  ['labels.txt', { files: { 'labels.txt': 'c\nd\n' } }, ['c', 'd'], 'labels.txt'],
  ['classes.txt', { files: { 'classes.txt': 'c\nd\n' } }, ['c', 'd'], 'classes.txt'],
  [
    'a class index',
    { files: { 'my_class_index.json': { 0: ['n01440764', 't'], 1: ['n01443537', 'g'] } } },
    ['t', 'g'],
    'my_class_index.json',
  ],
  ['data.yaml', { files: { 'data.yaml': YAML } }, ['y', 'z'], 'data.yaml'],
  ['any YAML', { files: { 'coco8.yaml': YAML, 'args.yaml': 'epochs: 3\n' } }, ['y', 'z'], 'coco8.yaml'],
];

describe('the strongest names count', () => {
  const weaker = (from: number): Asked => {
    const all = PRECEDENCE.slice(from).map(([, one]) => one);
    return {
      ...all[0],
      files: Object.assign({}, ...all.map(({ files }) => files)),
      said: all.flatMap(({ said = [] }) => said),
      nodes: all.flatMap(({ nodes = [] }) => nodes),
    };
  };
  test.each(PRECEDENCE.map(([name, , names, source], i) => [name, i, names, source] as const))('%s', (_, i, names, source) => {
    expect(asked({ ...weaker(i), classes: 2 }).labelling?.source).toBe(source);
    expect(asked({ ...PRECEDENCE[i]?.[1], classes: 2 })).toMatchObject({
      names,
      labelling: { source, assumed: false, count: 2, offers: [] },
    });
  });
});

describe('names in the graph', () => {
  const CASES: readonly (readonly [string, Graph['nodes'][number], readonly string[] | undefined])[] = [
    ['ZipMap with numbers', ml('ZipMap', { classlabels_int64s: [3, 5] }), ['3', '5']],
    ['ZipMap that counts', ml('ZipMap', { classlabels_int64s: [0, 1] }), undefined],
    ['a tree', ml('TreeEnsembleClassifier', { classlabels_strings: strings('a', 'b') }), ['a', 'b']],
    ['a linear classifier', ml('LinearClassifier', { classlabels_ints: [7, 9] }), ['7', '9']],
    ['LabelEncoder', ml('LabelEncoder', { keys_int64s: [1, 0], values_strings: strings('b', 'a') }), ['a', 'b']],
    ['LabelEncoder of an older version', ml('LabelEncoder', { classes_strings: strings('a', 'b') }), ['a', 'b']],
    ['LabelEncoder with gaps', ml('LabelEncoder', { keys_int64s: [1, 5], values_strings: strings('b', 'a') }), undefined],
    ['LabelEncoder the other way', ml('LabelEncoder', { keys_strings: strings('a', 'b'), values_int64s: [0, 1] }), undefined],
  ];
  test.each(CASES)('%s', (_, node, names) => {
    expect(asked({ nodes: [node], classes: 2 }).names).toEqual(names);
  });
});

describe('a count that disagrees', () => {
  const names = (count: number): string => Array.from({ length: count }, (_, i) => `name ${i}`).join('\n');

  test('by one: both numbers, and a background class is offered', () => {
    const files = { 'labels.txt': names(1001) };
    const { labelling } = asked({ files, classes: 1000 });
    expect(labelling).toMatchObject({ source: 'labels.txt', count: 1001, mismatch: expect.stringMatching(/1001 names.*1000 classes/) });
    expect(labelling?.offers).toEqual([
      { text: 'Leave out the first name, "name 0"', choice: { offset: 1 } },
      { text: 'Take the names of ImageNet-1k', choice: { assumed: 'imagenet' } },
    ]);
    const taken = asked({ files, classes: 1000, choice: { offset: 1 } });
    expect(taken.names?.[0]).toBe('name 1');
    expect(taken.labelling).toMatchObject({ source: 'labels.txt, without its first name', count: 1000, offers: [] });
    expect(taken.labelling?.mismatch).toBeUndefined();
  });

  test('by one name too few', () => {
    const files = { 'labels.txt': names(10) };
    expect(asked({ files, classes: 11 }).labelling?.offers).toEqual([
      { text: 'Put a background class before the names', choice: { offset: 1 } },
    ]);
    const { names: taken, labelling } = asked({ files, classes: 11, choice: { offset: 1 } });
    expect(taken?.slice(0, 2)).toEqual(['background', 'name 0']);
    expect(labelling?.count).toBe(11);
  });

  test('of a chosen file: the offer keeps it, and ids go with their names', () => {
    const files = { 'mine.json': { 0: ['n0', 'background'], 1: ['n1', 'a'], 2: ['n2', 'b'] } };
    const { labelling } = asked({ files, classes: 2, choice: { file: 'mine.json' } });
    const offered = labelling?.offers[0]?.choice as { file: string };
    expect(offered).toEqual({ file: expect.stringMatching(/mine\.json$/), offset: 1 });
    expect(asked({ files, classes: 2, choice: { file: 'mine.json', offset: 1 } })).toMatchObject({ names: ['a', 'b'], ids: ['n1', 'n2'] });
  });

  test('by more, in a file that only stands there: not taken, and said', () => {
    const { names: taken, labelling } = asked({ files: { 'labels.txt': names(10) }, classes: 1000 });
    expect(taken).toBeUndefined();
    expect(labelling).toMatchObject({
      count: 0,
      mismatch: '10 names in labels.txt, but the output has 1000 classes: they were not taken.',
    });
    expect(labelling?.source).toBeUndefined();
    expect(labelling?.offers.map(({ choice }) => choice)).toEqual([{ assumed: 'imagenet' }]);
  });

  test('by more, in one that somebody chose: taken, and said', () => {
    const labels = asked({ files: { 'mine.txt': names(10) }, classes: 5, choice: { file: 'mine.txt' } });
    expect(labels.names).toHaveLength(10);
    expect(labels.labelling).toMatchObject({ mismatch: expect.stringMatching(/10 names.*5 classes/), offers: [] });
  });

  test('of the first of several files: the next that fits', () => {
    expect(asked({ files: { 'labels.txt': names(10), 'data.yaml': YAML }, classes: 2 }).labelling?.source).toBe('data.yaml');
  });
});

test('1000 and 1001 classes are offered the names of ImageNet, which stay assumed', () => {
  for (const [classes, first] of [
    [1000, 'tench'],
    [1001, 'background'],
  ] as const) {
    expect(asked({ classes }).labelling).toEqual({
      assumed: false,
      count: 0,
      offers: [{ text: 'Take the names of ImageNet-1k', choice: { assumed: 'imagenet' } }],
    });
    const { names, labelling } = asked({ classes, choice: { assumed: 'imagenet' } });
    expect(names?.[0]).toBe(first);
    expect(labelling).toEqual({ source: 'ImageNet-1k, assumed', assumed: true, count: classes, offers: [] });
  }
  expect(asked({ classes: 999 })).toEqual({ files: [], notes: [] });
  expect(asked({ classes: 1000, takesImage: false }).labelling).toBeUndefined();
});

test('two names of one score, and names where there is no class vector', () => {
  expect(asked({ files: { 'labels.txt': 'no\nyes\n' }, classes: 1 }).labelling).toMatchObject({ count: 2, offers: [] });
  expect(asked({ said: [found('m', ['a', 'b', 'c'])], classes: undefined })).toMatchObject({ names: ['a', 'b', 'c'] });
});

test('what cannot be read is said, and the next is looked at', () => {
  const files = { 'labels.json': '{', 'chosen.csv': 'a,b,c\n', 'bad.yaml': 'names: 3\n', 'data.yaml': YAML };
  const { names, notes, labelling } = asked({ files, classes: 2, choice: { file: 'chosen.csv' } });
  expect(names).toEqual(['y', 'z']);
  expect(labelling).toMatchObject({
    source: 'data.yaml',
    mismatch: expect.stringMatching(/^No class names were taken from chosen\.csv: .*3 columns/),
  });
  expect(notes).toEqual([expect.stringMatching(/^No class names were taken from labels\.json: .*not valid JSON/)]);
  expect(asked({ classes: 2, choice: { file: 'gone.txt' } }).labelling).toMatchObject({
    count: 0,
    mismatch: expect.stringMatching(/gone\.txt/),
  });
});
