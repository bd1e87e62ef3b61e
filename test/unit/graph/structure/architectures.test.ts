import { describe, expect, test } from 'vitest';
import { Model } from '../../../../src/app/model.ts';
import { allLayers } from '../../../../src/app/tree/layerTree.ts';
import { readModel } from '../../../../src/formats/index.ts';
import { foldConstants } from '../../../../src/graph/foldConstants.ts';
import type { Graph } from '../../../../src/graph/graph.ts';
import { inferShapes } from '../../../../src/graph/inferShapes.ts';
import { type Groups, groupsOf } from '../../../../src/graph/structure/groups.ts';
import type { Shape } from '../../../../src/tensor/shape.ts';
import { namelessGraph } from '../../../tools/emptyWeights.ts';

/** A stage as "112×112: 2 residual, 1 conv". */
const outline = ({ titles }: Groups): string[] =>
  [...titles].flatMap(([path, title]) => {
    if (path.includes('.')) return [];
    const blocks = new Map<string, number>();
    for (const inner of titles.keys()) {
      const [, kind = ''] = inner.startsWith(`${path}.`) ? (/^([a-z]+)\d*$/.exec(inner.slice(path.length + 1)) ?? []) : [];
      if (kind !== '') blocks.set(kind, (blocks.get(kind) ?? 0) + 1);
    }
    const counts = [...blocks].map(([kind, count]) => `${count} ${kind}`).join(', ');
    return [`${title.replace(/^stage \d+ · /, '')}${counts && `: ${counts}`}`];
  });

/**
 * From the papers and torchvision's definitions. A conv is a run of convolutions between blocks: a stem, a transition, the layer before
 * the head.
 */
const ARCHITECTURES: Readonly<Record<string, readonly string[]>> = {
  // BasicBlock × 2, 2, 2, 2.
  resnet18: ['112×112', '56×56: 2 residual', '28×28: 2 residual', '14×14: 2 residual', '7×7: 2 residual', 'head'],
  // Fire × 2, 2, 4; the classifier is a convolution.
  squeezenet1_1: ['111×111', '55×55: 2 fire', '27×27: 2 fire', '13×13: 4 fire, 1 conv', 'head'],
  // Inverted residuals × 1, 2, 3, 4 + 3, 3 + 1.
  mobilenet_v2: [
    '112×112: 1 conv, 1 inverted',
    '56×56: 2 inverted',
    '28×28: 3 inverted',
    '14×14: 7 inverted',
    '7×7: 4 inverted, 1 conv',
    'head',
  ],
  // With squeeze and excitation; one block of 11 keeps its channels and resolution at the start.
  mobilenet_v3_small: ['112×112', '56×56: 1 inverted', '28×28: 2 inverted', '14×14: 5 inverted', '7×7: 3 inverted, 1 conv', 'head'],
  // MBConv × 1, 2, 2, 3 + 3, 4 + 1.
  efficientnet_b0: [
    '112×112: 1 conv, 1 inverted',
    '56×56: 2 inverted',
    '28×28: 2 inverted',
    '14×14: 6 inverted',
    '7×7: 5 inverted, 1 conv',
    'head',
  ],
  vgg11: ['224×224', '112×112', '56×56', '28×28', '14×14', '7×7', 'head'],
  // Inception × 2, 5, 2.
  googlenet: ['112×112', '56×56', '28×28: 2 branches', '14×14: 5 branches', '7×7: 2 branches', 'head'],
  // Dense layers × 3, 4, 2 with transitions between.
  densenet: ['32×32', '16×16: 3 dense, 1 conv', '8×8: 4 dense, 1 conv', '4×4: 2 dense', 'head'],
  // Units × 4, 8, 4.
  shufflenet_v2: ['112×112', '56×56', '28×28: 4 branches', '14×14: 8 branches', '7×7: 4 branches, 1 conv', 'head'],
  // Blocks × 3, 3, 9, 3.
  convnext_tiny: ['56×56: 1 conv, 3 residual', '28×28: 3 residual', '14×14: 9 residual', '7×7: 3 residual', 'head'],
  // Patches of 16×16 of an image of 64×64, and a class token.
  vit: ['4×4', '17 tokens: 4 transformer', 'head'],
  swin: ['16×16: 1 conv, 2 transformer', '8×8: 2 transformer', 'head'],
  unet: ['64×64', '32×32', '16×16', '32×32', '64×64'],
  // The levels of the pyramid stand in the stages of their resolutions.
  detector: ['64×64', '32×32: 2 residual', '16×16: 2 residual, 1 conv', '8×8: 2 residual, 1 conv', '4×4: 2 residual, 1 conv', 'head'],
  super_resolution: ['32×32: 6 residual, 1 conv', '64×64'],
  'text.post_norm': ['7 tokens: 3 transformer', 'head'],
  'text.pre_norm': ['7 tokens: 3 transformer', 'head'],
};
const UNFOLDED = ['resnet18', 'mobilenet_v2'].map((name) => [`${name}.unfolded`, ARCHITECTURES[name]] as const);

const graphOf = (name: string, inputs?: ReadonlyMap<string, Shape>): Graph =>
  foldConstants(inferShapes(readModel(namelessGraph(name)).graph, inputs).graph);

describe.each([...Object.entries(ARCHITECTURES), ...UNFOLDED])('%s without names', (name, stages) => {
  test('has the stages and blocks of the architecture', () => {
    expect(outline(groupsOf(graphOf(name)))).toEqual(stages);
  });

  test('has paths that a command line takes as they are, and a title for each', () => {
    const groups = groupsOf(graphOf(name));
    for (const path of groups.paths.values()) {
      expect(path).toMatch(/^(?:stage\d+|head)(?:\.[a-z]+\d*)*$/);
      expect(groups.titles.has(path), path).toBe(true);
    }
  });

  test('has its layers in groups, whatever they are: none is left over, and none stands twice', () => {
    const { layers } = Model.open(namelessGraph(name));
    const { titles } = groupsOf(graphOf(name));
    const rows = [...allLayers(layers)];
    expect(new Set(rows.map((row) => row.id)).size).toBe(rows.length);
    expect(layers.filter((row) => !row.plumbing).map((row) => row.name)).toEqual(
      [...titles].flatMap(([path, title]) => (path.includes('.') ? [] : [title])),
    );
  });
});

/** Every node of a fire module, and every sum of a block, is where it should be. */
test('a fire module has its squeeze, a residual block its shortcut', () => {
  const members = (name: string, path: string): string[] => {
    const graph = graphOf(name);
    const { paths } = groupsOf(graph);
    return graph.nodes.filter((node) => paths.get(node) === path && node.op !== 'Identity').map((node) => node.op);
  };
  expect(members('squeezenet1_1', 'stage2.fire1')).toEqual(['Conv', 'Relu', 'Conv', 'Relu', 'Conv', 'Relu', 'Concat']);
  expect(members('resnet18', 'stage3.residual1')).toEqual(['Conv', 'Relu', 'Conv', 'Conv', 'Add', 'Relu']);
  expect(members('mobilenet_v2', 'stage1.inverted1')).toEqual(['Conv', 'Clip', 'Conv']);
  expect(members('mobilenet_v2', 'stage2.inverted1')).toEqual(['Conv', 'Clip', 'Conv', 'Clip', 'Conv']);
});

test('with open extents stages are told by how often they are halved', () => {
  const open = graphOf('resnet18', new Map([['input.1', ['batch', 3, 'height', 'width']]]));
  expect(open.inputs[0]?.shape).toEqual(['batch', 3, 'height', 'width']);
  const resolutions = ['1/2', '1/4', '1/8', '1/16', '1/32'];
  const blocks = (ARCHITECTURES.resnet18 as string[]).map((stage) => stage.split(': ')[1]);
  expect(outline(groupsOf(open))).toEqual([...resolutions.map((r, i) => (blocks[i] ? `${r}: ${blocks[i]}` : r)), 'head']);
});

test('groups are the same in every run, and do not depend on names', () => {
  const graph = graphOf('googlenet');
  const renamed = { ...graph, nodes: graph.nodes.map((node, i) => ({ ...node, name: `n${graph.nodes.length - i}` })) };
  const [a, b, c] = [groupsOf(graph), groupsOf(graphOf('googlenet')), groupsOf(renamed)].map(({ paths }) => [...paths.values()]);
  expect(b).toEqual(a);
  expect(c).toEqual(a);
});
