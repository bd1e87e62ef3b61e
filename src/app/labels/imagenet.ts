import { IMAGENET_TABLE } from './imagenetTable.ts';

/** How inspectum.json calls them. */
export const IMAGENET = 'ImageNet-1k';

export const isImagenet = (name: string): boolean => name.toLowerCase() === IMAGENET.toLowerCase();

/** How many outputs networks that were trained on ImageNet-1k have; TensorFlow's put a background class before the others. */
export const isImagenetCount = (classes: number | undefined): boolean => classes === 1000 || classes === 1001;

/** The names of ImageNet-1k's classes, for a network of so many outputs. */
export const imagenetNames = (classes = 1000): readonly string[] => {
  const names = IMAGENET_TABLE.split('|');
  return classes === 1001 ? ['background', ...names] : names;
};
