import path from 'node:path';
import type { InputSettings } from '../../protocol/choices.ts';
import { readJson } from '../files/textFile.ts';
import { namesFrom } from '../labels/classNames.ts';
import { inputSettings } from './inputSettings.ts';
import { isNumbers, isRecord, type Json, record } from './json.ts';
import type { FoundNames, Said } from './said.ts';

const PIL_FILTERS: Readonly<Record<number, InputSettings['interpolation']>> = { 0: 'nearest', 2: 'bilinear', 3: 'bicubic' };

/** The preprocessor_config.json of an image processor of Hugging Face's transformers. @throws InspectumError as `readJson`; 'usage' */
export function preprocessorConfig(file: string): Said {
  const json = record(readJson(file), file);
  const { fitting, notes } = fittingOf(json, path.basename(file));
  const filter = PIL_FILTERS[json.resample as number];
  return {
    origin: { from: 'file', where: path.basename(file), strict: false },
    input: inputSettings({ ...fitting, ...(filter && { interpolation: filter }), ...numbersOf(json) }, file),
    files: [file],
    notes,
  };
}

/** ConvNeXT's processor crops below this size, and squashes from it on. */
const UNCROPPED_FROM = 384;
/** LeViT's resizes by this before it crops. */
const LEVIT_RATIO = 256 / 224;

function fittingOf(json: Json, where: string): { fitting: Json; notes: readonly string[] } {
  const size = json.do_resize === false ? undefined : extent(json.size);
  const crop = json.do_center_crop === true ? extent(json.crop_size) : undefined;
  const { crop_pct: share, image_processor_type: kind = json.feature_extractor_type } = json;
  if (!size && !crop) return { fitting: {}, notes: [] };
  const scaled = (side: number): number => {
    if (typeof share === 'number' && share > 0) return Math.trunc(side / share);
    return /^Levit/.test(String(kind)) ? Math.trunc(side * LEVIT_RATIO) : side;
  };
  const { height, width } = (crop ?? size) as Extent;
  if (size?.longest)
    return {
      fitting: { size: [height, width], fit: 'squash' },
      notes: [
        `${where} keeps the proportions of an image (shorter side ${height}, longer at most ${size.longest}); here it is brought to ${height}×${width}.`,
      ],
    };
  if (crop && size && !size.shorter && typeof json.size !== 'number' && (size.height !== crop.height || size.width !== crop.width))
    return {
      fitting: { size: [height, width], fit: 'shorter-side', resize: scaled(Math.min(size.height, size.width)) },
      notes: [
        `${where} brings an image to ${size.height}×${size.width} whatever its proportions, then crops; here the shorter side becomes ${size.height}.`,
      ],
    };
  const cropped = crop !== undefined || size?.shorter === true || (typeof share === 'number' && height < UNCROPPED_FROM);
  const uncropped = !crop && typeof share === 'number' && height >= UNCROPPED_FROM;
  if (!cropped || uncropped) return { fitting: { size: [height, width], fit: 'squash' }, notes: [] };
  return { fitting: { size: [height, width], fit: 'shorter-side', ...(size && { resize: scaled(size.height) }) }, notes: [] };
}

/** Range, mean and standard deviation, and the order of channels. */
function numbersOf(json: Json): Json {
  const { image_mean: mean, image_std: std, rescale_factor: factor } = json;
  // Processors that never normalise have no field that says so.
  const normalised =
    json.do_normalize !== false && !(json.do_rescale !== undefined && json.do_normalize === undefined && mean === undefined);
  const white = json.do_rescale === false ? 255 : typeof factor === 'number' ? rounded(255 * factor) : 1;
  const low = json.rescale_offset === true || json.offset === true ? -1 : 0;
  // EfficientNet's processor divides by the deviation once more.
  const twice = json.include_top === true && isNumbers(std, 1, 3);
  return {
    ...((white !== 1 || low !== 0 || !normalised) && { range: [low, white + low] }),
    ...(normalised && Array.isArray(mean) && { mean }),
    ...(normalised && Array.isArray(std) && { std: twice ? std.map((s) => s * s) : std }),
    ...(json.do_flip_channel_order === true && { channels: 'BGR' }),
  };
}

/** 255 · (1/255) as the 1 that is meant. */
const rounded = (value: number): number => Math.round(value * 1e6) / 1e6;

interface Extent {
  readonly height: number;
  readonly width: number;
  /** It is the length of the shorter side. */
  readonly shorter?: boolean;
  /** The longer side's bound. */
  readonly longest?: number;
}

/** A size as Hugging Face writes it: a number, { height, width }, { shortest_edge } or { shortest_edge, longest_edge }. */
function extent(value: unknown): Extent | undefined {
  if (typeof value === 'number') return { height: value, width: value };
  if (!isRecord(value)) return undefined;
  const { height, width, shortest_edge: shorter, longest_edge: longest } = value;
  if (typeof shorter === 'number')
    return { height: shorter, width: shorter, shorter: true, ...(typeof longest === 'number' && longest !== shorter && { longest }) };
  return typeof height === 'number' ? { height, width: typeof width === 'number' ? width : height } : undefined;
}

/**
 * The config.json of a model of Hugging Face's transformers (id2label, image_size) or of timm (pretrained_cfg, label_names).
 * @returns undefined for what other tools call so
 * @throws InspectumError as `readJson` does; 'usage' for a field that is not of its type
 */
export function modelConfig(file: string): Said | undefined {
  const json = readJson(file);
  if (!isRecord(json)) return undefined;
  const where = path.basename(file);
  const timm = isRecord(json.pretrained_cfg) ? json.pretrained_cfg : typeof json.architecture === 'string' ? json : undefined;
  if (!timm && json.id2label === undefined && typeof json.model_type !== 'string') return undefined;
  const names = timm ? timmNames(timm.label_names ? timm : json, where) : transformersNames(json, file);
  return {
    origin: { from: 'file', where, strict: false },
    input: inputSettings(timm ? timmInput(timm) : imageSize(json), file),
    ...(names && { names }),
    files: [file],
  };
}

/** Names that are only numbers in other words ("LABEL_3") are none. */
function transformersNames({ id2label }: Json, file: string): FoundNames | undefined {
  if (id2label === undefined || id2label === null) return undefined;
  const found = namesFrom(id2label, `${file}: "id2label"`);
  return found.names.every((name, i) => name === `LABEL_${i}`) ? undefined : { ...found, source: path.basename(file), binding: false };
}

function imageSize({ image_size: size }: Json): Json {
  if (typeof size === 'number') return { size: [size, size] };
  return isNumbers(size, 2) ? { size } : {};
}

const CROP_MODES: ReadonlyMap<unknown, InputSettings['fit']> = new Map([
  ['squash', 'squash'],
  ['border', 'letterbox'],
]);

/** As timm's create_transform makes its evaluation transform of a pretrained_cfg. */
function timmInput(cfg: Json): Json {
  const { input_size: input, crop_pct: share, crop_mode: mode, interpolation, mean, std } = cfg;
  const [, height, width] = isNumbers(input, 3) ? input : [];
  const fit = CROP_MODES.get(mode) ?? 'shorter-side';
  const resize = height && width && typeof share === 'number' && share > 0 ? Math.floor(Math.min(height, width) / share) : undefined;
  return {
    ...(height && width && { size: [height, width], fit }),
    ...(resize && fit === 'shorter-side' && { resize }),
    ...(fit === 'letterbox' && isNumbers(mean, 1, 3) && { pad: mean.map((m) => Math.round(m * 255)) }),
    ...((interpolation === 'bicubic' || interpolation === 'bilinear' || interpolation === 'nearest') && { interpolation }),
    ...(isNumbers(mean, 1, 3) && { mean }),
    ...(isNumbers(std, 1, 3) && { std }),
  };
}

/** timm writes WordNet ids as names, and descriptions of them beside. */
function timmNames({ label_names: labels, label_descriptions: descriptions }: Json, where: string): FoundNames | undefined {
  if (!Array.isArray(labels) || !labels.every((label) => typeof label === 'string')) return undefined;
  const described = isRecord(descriptions) ? descriptions : {};
  const names = labels.map((label) => (typeof described[label] === 'string' ? described[label] : label));
  return { names, ids: labels, source: where, binding: false };
}
