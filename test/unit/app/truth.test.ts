import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { type KnownClasses, truthOf } from '../../../src/app/target/truth.ts';
import type { Truth } from '../../../src/protocol/model.ts';
import { type Files, folderWith } from './beside.ts';

const ANIMALS: KnownClasses = { names: ['tabby', 'Great Dane', 'goldfish, Carassius auratus', 'crane', 'crane'], classes: 5 };
const WORDNET: KnownClasses = { names: ['tench', 'goldfish'], ids: ['n01440764', 'n01443537'], classes: 2 };
const DIGITS: KnownClasses = { names: ['9', '8', '7'], classes: 3 };
const NUMBERED: KnownClasses = { classes: 10 };
const SINGLE: KnownClasses = { names: ['healthy', 'ill'], classes: 1 };

const folder = (name: string, index: number): Truth => ({ index, from: 'folder', where: `the folder ${name}` });
const file = (name: string, index: number): Truth => ({ index, from: 'file', where: name });

const FOLDERS: readonly (readonly [string, string, KnownClasses, Truth | undefined])[] = [
  ['the name of a class', 'tabby/1.jpg', ANIMALS, folder('tabby', 0)],
  ['another case, underscores and hyphens', 'great_DANE/1.jpg', ANIMALS, folder('great_DANE', 1)],
  ['one of its synonyms', 'carassius-auratus/1.jpg', ANIMALS, folder('carassius-auratus', 2)],
  ['a name that two classes have', 'crane/1.jpg', ANIMALS, undefined],
  ['no class', 'photos/1.jpg', ANIMALS, undefined],
  ['a WordNet id, where the names have them', 'n01443537/1.jpg', WORDNET, folder('n01443537', 1)],
  ['a WordNet id, where they have none', 'n01443537/1.jpg', ANIMALS, undefined],
  ['a number that is a name', '7/1.jpg', DIGITS, folder('7', 2)],
  ['the first of two names of one score', 'healthy/1.jpg', SINGLE, { ...folder('healthy', 0), negated: true }],
  ['the second', 'ill/1.jpg', SINGLE, folder('ill', 0)],
  ['only its own folder counts', 'tabby/more/1.jpg', ANIMALS, undefined],
];

describe('by the folder', () => {
  test.each(FOLDERS)('%s', (_, image, known, expected) => {
    expect(truthOf(path.join(folderWith({ [image]: '' }), image), known)).toEqual(expected);
  });

  test('a number among others', () => {
    const at = folderWith({ '3/1.jpg': '', '04/1.jpg': '', 'other/1.jpg': '', '10/1.jpg': '' });
    expect(truthOf(path.join(at, '3/1.jpg'), NUMBERED)).toEqual(folder('3', 3));
    expect(truthOf(path.join(at, '04/1.jpg'), NUMBERED)).toEqual(folder('04', 4));
    expect(truthOf(path.join(at, '10/1.jpg'), NUMBERED)).toBeUndefined();
    expect(truthOf(path.join(folderWith({ '3/1.jpg': '' }), '3/1.jpg'), NUMBERED)).toBeUndefined();
  });
});

const TABLE = 'filename,width,label\r\n"a, b.jpg",10,"Great Dane"\r\nc.jpg,10,tabby\r\nd.jpg,10,crane\r\ne.jpg,10,7\r\n';

const BY_FILE: readonly (readonly [string, Files, string, KnownClasses, Truth | undefined])[] = [
  ['a table with a header, quoted names', { 'labels.csv': TABLE }, 'a, b.jpg', ANIMALS, file('labels.csv', 1)],
  ['an ambiguous label', { 'labels.csv': TABLE }, 'd.jpg', ANIMALS, undefined],
  ['a number that is no class', { 'labels.csv': TABLE }, 'e.jpg', ANIMALS, undefined],
  ['an image that it does not name', { 'labels.csv': TABLE }, 'f.jpg', ANIMALS, undefined],
  ['two columns without a header', { 'labels.csv': 'a.jpg,3\nb.jpg,2\n' }, 'b.jpg', NUMBERED, file('labels.csv', 2)],
  ['by tabs', { 'labels.tsv': 'image\tclass\nx.png\ttabby\n' }, 'x.png', ANIMALS, file('labels.tsv', 0)],
  ['names without their ending', { 'annotations.csv': 'image_id,target\nx,4\n' }, 'x.png', NUMBERED, file('annotations.csv', 4)],
  ['an object', { 'labels.json': { 'x.png': 'tabby', 'y.png': 3 } }, 'y.png', ANIMALS, file('labels.json', 3)],
  [
    'a list of objects',
    {
      'labels.json': [
        { file_name: 'x.png', category: 'goldfish' },
        { file_name: 'y.png', category: 'tabby' },
      ],
    },
    'x.png',
    ANIMALS,
    file('labels.json', 2),
  ],
  ['above its folder, by its path', { 'labels.csv': 'path,label\nimages/x.png,tabby\n' }, 'images/x.png', ANIMALS, file('labels.csv', 0)],
  ['above its folder, by its name', { 'labels.csv': 'x.png,tabby\n' }, 'images/x.png', ANIMALS, file('labels.csv', 0)],
  ['before the folder', { 'labels.csv': 'x.png,goldfish\n' }, 'tabby/x.png', ANIMALS, file('labels.csv', 2)],
  ['lines that disagree', { 'labels.csv': 'x.png,tabby\nx.png,goldfish\n' }, 'x.png', ANIMALS, undefined],
  ['lines that agree', { 'labels.csv': 'x.png,tabby\nx.png,tabby\n' }, 'x.png', ANIMALS, file('labels.csv', 0)],
  ['one score', { 'labels.csv': 'x.png,0\ny.png,1\n' }, 'x.png', SINGLE, { ...file('labels.csv', 0), negated: true }],
  ['a file of class names', { 'labels.csv': 'id,name\n0,tabby\n', 'labels.json': ['0.png', 'tabby'] }, '0.png', ANIMALS, undefined],
  ['no JSON', { 'labels.json': '{' }, 'x.png', ANIMALS, undefined],
];

describe('by a file', () => {
  test.each(BY_FILE)('%s', (_, files, image, known, expected) => {
    expect(truthOf(path.join(folderWith({ ...files, [image]: '' }), image), known)).toEqual(expected);
  });
});
