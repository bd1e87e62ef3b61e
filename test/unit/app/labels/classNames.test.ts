import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ClassNames, namesFrom, namesFromFile } from '../../../../src/app/labels/classNames.ts';
import { refusal } from '../../formats/models.ts';
import { folderWith } from '../beside.ts';

const inFile = (name: string, content: unknown): ClassNames => namesFromFile(path.join(folderWith({ [name]: content }), name));

const VALUES: readonly (readonly [string, unknown, ClassNames])[] = [
  ['a list', ['a', 'b'], { names: ['a', 'b'] }],
  ['index to name', { 1: 'b', 0: 'a' }, { names: ['a', 'b'] }],
  [
    'index to id and name',
    { 0: ['n01440764', 'tench'], 1: ['n01443537', 'goldfish'] },
    { names: ['tench', 'goldfish'], ids: ['n01440764', 'n01443537'] },
  ],
  ['with a gap', { 0: 'a', 2: 'c' }, { names: ['a', 'class 1', 'c'] }],
  ['name to index, as ImageFolder and Keras have it', { dog: 1, cat: 0 }, { names: ['cat', 'dog'] }],
  ['a config.json', { model_type: 'vit', id2label: { 0: 'cat', 1: 'dog' }, label2id: { cat: 0, dog: 1 } }, { names: ['cat', 'dog'] }],
  ['a class that is called names', { names: 1, other: 0 }, { names: ['other', 'names'] }],
];

describe('values', () => {
  test.each(VALUES)('%s, as it is or in a JSON file', (_, value, expected) => {
    expect(namesFrom(value, 'here')).toEqual(expected);
    expect(inFile('l.json', value)).toEqual(expected);
  });

  test.each([
    ['an index that is no number', { a: 'b' }],
    ['a negative index', { '-1': 'b' }],
    ['an index that no network has', { 1000000000: 'b' }],
    ['a name that is none', { 0: { name: 'b' } }],
    ['a prototype', JSON.parse('{"__proto__": "b"}')],
    ['a path in a file that a path led to', '"more.json"'],
    ['a number', '7'],
  ])('%s is refused', (_, value) => {
    const error = refusal(() => inFile('l.json', value));
    expect(error.kind).toBe('usage');
    expect(error.message).toMatch(/l\.json: labels should be/);
  });
});

const TEXTS: readonly (readonly [string, string, string, ClassNames])[] = [
  [
    'a name a line, an empty one keeping the places of the others',
    'labels.txt',
    '\uFEFFcat\r\n dog \r\n\r\nbird\r\n\r\n',
    { names: ['cat', 'dog', 'class 2', 'bird'] },
  ],
  ['names that begin with numbers', 'labels.txt', '7 up\n3 in 1\n', { names: ['7 up', '3 in 1'] }],
  ["Teachable Machine's TFLite export", 'labels.txt', '0 Class 1\n1 Class 2\n', { names: ['Class 1', 'Class 2'] }],
  ["Coral's, with gaps", 'coco.txt', '0  person\n1  bicycle\n3  car\n', { names: ['person', 'bicycle', 'class 2', 'car'] }],
  [
    "Caffe's synset_words.txt",
    'synset_words.txt',
    'n01440764 tench, Tinca tinca\nn01443537 goldfish, Carassius auratus\n',
    { names: ['tench, Tinca tinca', 'goldfish, Carassius auratus'], ids: ['n01440764', 'n01443537'] },
  ],
  [
    'a dict of Python',
    'imagenet1000_clsidx_to_labels.txt',
    `{0: 'tench, Tinca tinca',\n 1: "jack-o'-lantern",\n 2: 'it\\'s \\u00e9',}`,
    { names: ['tench, Tinca tinca', "jack-o'-lantern", "it's é"] },
  ],
  ['a list of Python', 'l.txt', "['a', 'b']", { names: ['a', 'b'] }],
  ['a data.yaml in flow style', 'data.yaml', "train: ../images\nnc: 2\nnames: ['cat', 'dog']  # two\n", { names: ['cat', 'dog'] }],
  ['over several lines', 'data.yaml', 'names: [ cat, "a, b",\n  it\'s, # and\n  dog ]\nnc: 4\n', { names: ['cat', 'a, b', "it's", 'dog'] }],
  [
    'as a block of indices',
    'coco.yaml',
    '# COCO\npath: coco\n\nnames:\n  0: person\n  1: "traffic light"\n  2: \'hair: drier\'  # x\n\ndownload: |\n  0: no\n',
    { names: ['person', 'traffic light', 'hair: drier'] },
  ],
  ['as a list in a block', 'x.yml', 'names:\n- cat\n- it is: one\n\n- dog\nnc: 3\n', { names: ['cat', 'it is: one', 'dog'] }],
  ['as a mapping in flow style', 'x.yml', 'names: {0: cat, 1: dog}', { names: ['cat', 'dog'] }],
  ['under another name', 'x.yml', 'classes:\n  - a # first\n  - b\n', { names: ['a', 'b'] }],
  ['a column of names', 'l.csv', 'cat\ndog\n', { names: ['cat', 'dog'] }],
  ['index and name', 'l.csv', '1,dog\n0,cat\n', { names: ['cat', 'dog'] }],
  [
    "AudioSet's",
    'class_labels_indices.csv',
    'index,mid,display_name\n0,/m/09x0r,"Speech"\n1,/m/05zppz,"Male speech, man ""speaking"""\n',
    { names: ['Speech', 'Male speech, man "speaking"'] },
  ],
  ['by tabs', 'l.tsv', 'class_id\tname\n1\tb, c\n0\ta\n', { names: ['a', 'b, c'] }],
  ['by semicolons', 'l.csv', 'id;label\n0;a\n1;b\n', { names: ['a', 'b'] }],
];

test.each(TEXTS)('%s', (_, name, text, expected) => {
  expect(inFile(name, text)).toEqual(expected);
});

const REFUSED: readonly (readonly [string, string, string, RegExp])[] = [
  ['YAML without names', 'x.yaml', 'nc: 3\n', /x\.yaml: has no field "names"/],
  ['YAML whose names are a number', 'x.yaml', 'a: 1\nnames: 3\n', /"names" should be a list.*line 2/],
  ['YAML whose list never ends', 'x.yaml', "names: ['a', 'b'\n", /"names" should be a list/],
  ['YAML with keys that are no indices', 'x.yaml', 'names:\n  a: b\n', /labels should be/],
  ['a table whose columns nobody names', 'l.csv', '0,a,b\n1,c,d\n', /3 columns and none is called/],
  ['a dict that never ends', 'l.txt', "{0: 'a'", /"," or "}" was expected/],
  ['a call', 'l.txt', '[open("x")]', /a text, a number, a list or a dict was expected/],
  ['deep nesting', 'l.txt', '['.repeat(100_000), /nesting of at most/],
  ['no JSON', 'l.json', '{', /is not valid JSON/],
  ['an empty file', 'l.txt', '\n\n', /holds no class names/],
  ['an empty list', 'l.json', '[]', /holds no class names/],
];

test.each(REFUSED)('%s is refused with its file', (_, name, text, words) => {
  const error = refusal(() => inFile(name, text));
  expect(['usage', 'corrupt']).toContain(error.kind);
  expect(error.message).toContain(name);
  expect(error.message).toMatch(words);
});

test('a file that is not there', () => {
  expect(refusal(() => namesFromFile('/no/such/labels.txt'))).toMatchObject({
    kind: 'missing',
    message: expect.stringContaining('labels.txt'),
  });
});
