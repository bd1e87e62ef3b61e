import type { Graph } from '../../graph/graph.ts';
import type { LabelsChoice } from '../../protocol/choices.ts';
import type { Labelling } from '../../protocol/model.ts';
import { InspectumError } from '../../tensor/errors.ts';
import type { FoundNames } from '../settings/said.ts';
import { namesBeside, namesIn, type Problem } from './beside.ts';
import type { ClassNames } from './classNames.ts';
import { IMAGENET, imagenetNames, isImagenetCount } from './imagenet.ts';
import { namesInGraph } from './inModel.ts';

/** The class names in use, and what is said of them. */
export interface Labels extends Partial<ClassNames> {
  /** Undefined where there are neither names nor any to offer. */
  readonly labelling?: Labelling;
  /** Absolute paths of what was read. */
  readonly files: readonly string[];
  readonly notes: readonly string[];
}

interface Question {
  readonly modelPath: string;
  readonly graph: Graph;
  /** How many classes there are; undefined where the explained value is no vector of classes. */
  readonly classes: number | undefined;
  readonly takesImage: boolean;
  readonly choice: LabelsChoice | undefined;
  /** What configurations and metadata say, the strongest first. */
  readonly said: readonly FoundNames[];
}

/**
 * The names of a model's classes, from the first of these that has any: what a person chose; inspectum.json; files of other tools, the
 * model's own metadata, its graph, and files of names beside it. Of all but the first two, names count only if there are as many of them as
 * classes, or one more or less (a background class). What cannot be read is said in the notes.
 */
export function labelsOf(question: Question): Labels {
  const { classes, choice } = question;
  const notes: string[] = [];
  const { used, unfit } = searched(question, notes);
  const imagenet = question.takesImage && isImagenetCount(classes) ? IMAGENET_OFFER : [];
  // That the names which a person chose were not taken is what they want to know first.
  const refused = choice && 'file' in choice && used?.file !== choice.file ? notes.shift() : undefined;
  if (!used) {
    const mismatch = refused ?? (unfit && `${countsOf(unfit, classes)}: they were not taken.`);
    const labelling = { assumed: false, count: 0, offers: imagenet, ...(mismatch && { mismatch }) };
    return { ...((mismatch || imagenet.length > 0) && { labelling }), files: [], notes };
  }
  const { names, ids, source, file } = (choice && 'offset' in choice && shiftedBy(used, classes)) || used;
  const off = difference(names.length, classes);
  const mismatch = refused ?? (off > 0 ? `${countsOf({ source, names }, classes)}: names may be shifted or missing.` : undefined);
  return {
    names,
    ...(ids && { ids }),
    labelling: {
      source,
      assumed: choice !== undefined && 'assumed' in choice,
      count: names.length,
      offers: off === 0 ? [] : [...(off === 1 ? [offsetOffer(names, classes, choice)] : []), ...imagenet],
      ...(mismatch && { mismatch }),
    },
    files: file === undefined ? [] : [file],
    notes,
  };
}

/** The names to use; else the first that were found and are not as many as the classes. */
function searched(question: Question, notes: string[]): { readonly used?: FoundNames; readonly unfit?: FoundNames } {
  const problem = (source: string, error: unknown): void => {
    if (!(error instanceof InspectumError)) throw error;
    notes.push(`No class names were taken from ${source}: ${error.message}`);
  };
  let unfit: FoundNames | undefined;
  for (const found of candidates(question, problem)) {
    if (found.binding || difference(found.names.length, question.classes) <= 1) return { used: found };
    unfit ??= found;
  }
  return unfit ? { unfit } : {};
}

function* candidates({ modelPath, graph, said, choice, classes }: Question, problem: Problem): Generator<FoundNames> {
  if (choice) yield* chosenNames(choice, classes, problem);
  yield* said.filter(({ binding }) => binding);
  yield* said.filter(({ binding }) => !binding);
  yield* namesInGraph(graph);
  yield* namesBeside(modelPath, problem);
}

/** How far a count of names is from that of the classes; a single score may have names for both of its ends. */
const difference = (names: number, classes: number | undefined): number =>
  classes === undefined || (classes === 1 && names === 2) ? 0 : Math.abs(names - classes);

function* chosenNames(choice: LabelsChoice, classes: number | undefined, problem: Problem): Generator<FoundNames> {
  if ('assumed' in choice) yield { names: imagenetNames(classes), source: `${IMAGENET}, assumed`, binding: true };
  if ('file' in choice) yield* namesIn(choice.file, true, problem);
}

const isOneMore = (names: readonly string[], classes: number | undefined): boolean => names.length - 1 === classes;

/** The names without, or with, a background class before them; undefined where that does not make them as many as the classes. */
function shiftedBy({ names, ids, source, ...rest }: FoundNames, classes: number | undefined): FoundNames | undefined {
  if (isOneMore(names, classes))
    return { ...rest, names: names.slice(1), ...(ids && { ids: ids.slice(1) }), source: `${source}, without its first name` };
  if (names.length + 1 !== classes) return undefined;
  return {
    ...rest,
    names: ['background', ...names],
    ...(ids && { ids: [undefined, ...ids] }),
    source: `${source}, after a background class`,
  };
}

type Offers = Labelling['offers'];

function offsetOffer(names: readonly string[], classes: number | undefined, choice: LabelsChoice | undefined): Offers[number] {
  const text = isOneMore(names, classes)
    ? `Leave out the first name, ${JSON.stringify(names[0])}`
    : 'Put a background class before the names';
  return { text, choice: { ...(choice && 'file' in choice && { file: choice.file }), offset: 1 } };
}

const IMAGENET_OFFER: Offers = [{ text: `Take the names of ${IMAGENET}`, choice: { assumed: 'imagenet' } }];

const countsOf = ({ source, names }: Pick<FoundNames, 'source' | 'names'>, classes: number | undefined): string =>
  `${names.length} names in ${source}, but the output has ${classes} classes`;
