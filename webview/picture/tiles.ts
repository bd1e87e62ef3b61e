import type { Explained } from '../../src/protocol/model.ts';
import { formatPercent } from '../chart/percent.ts';
import type { Drawn } from '../image/draw.ts';
import type { SeenPicture } from './drawSeen.ts';

/** A picture, and what stands over and under it. */
export interface Tile extends Pick<SeenPicture, 'bar'> {
  /** Undefined: only the image is shown. */
  readonly drawn: Drawn | undefined;
  /** As short as may be: of two that are compared `name` says more. */
  readonly caption?: string;
  /** Which of several pictures it is. */
  readonly name?: string;
  /** Which of two that are compared it is. */
  readonly when?: 'before' | 'now';
}

type Titled = Pick<Tile, 'drawn' | 'bar'> & Pick<SeenPicture, 'title'>;

/** What was drawn, and of what is explained; undefined where a method explains nothing of the output. */
interface Side {
  readonly pictures: readonly Titled[];
  readonly target: Explained | undefined;
}

/** The pictures of now, each beside that of before where there are such. */
export const tilesOf = (now: Side, before: Side | undefined): readonly Tile[] =>
  now.pictures.flatMap(({ title, ...picture }, i): readonly Tile[] => {
    const { title: _, ...earlier } = before?.pictures[i] ?? { drawn: undefined };
    if (!before) return [{ ...picture, ...(title && { caption: title, name: title }) }];
    return [
      { ...earlier, when: 'before', ...wordsOf('Before', before.target, title) },
      { ...picture, when: 'now', ...wordsOf('Now', now.target, title) },
    ];
  });

/** "Now: cactus 98.1%" */
function wordsOf(when: string, target: Explained | undefined, title: string | undefined): Pick<Tile, 'caption' | 'name'> {
  const explained = target && target.index >= 0 ? `${when}: ${target.text} ${formatPercent(target.probability)}` : when;
  return title ? { caption: `${when}: ${title}`, name: `${explained}, ${title}` } : { caption: explained, name: explained };
}
