import { describe, expect, test } from 'vitest';
import { inferShapes } from '../../../src/graph/inferShapes.ts';
import { evaluateDim } from '../../../src/tensor/dim.ts';
import type { Dim } from '../../../src/tensor/shape.ts';
import { caseNamed, graphOf, SHAPE_CASES, type ShapeCase } from './shapeCases.ts';

/** Operators whose outputs' extents depend on the values of their inputs. */
const DATA_DEPENDENT = new Set(['NonZero', 'Unique', 'NonMaxSuppression']);
const isDataDependent = (c: ShapeCase): boolean => c.nodes.some(({ op }) => DATA_DEPENDENT.has(op));

const matches = (dim: Dim, actual: number, bindings: ReadonlyMap<string, number>): boolean => {
  const value = evaluateDim(dim, bindings);
  return value === actual || (typeof value === 'string' && value.includes('?'));
};

describe('with numbers, every value has the dtype and shape it has when the model runs', () => {
  test.each(SHAPE_CASES.map((c, i) => [`${i} ${c.name}`, c] as const))('%s', (_, c) => {
    const { graph, problems } = inferShapes(graphOf(c));
    expect(problems).toEqual([]);
    for (const [name, { dtype, dims }] of Object.entries(c.values)) {
      const { dtype: inferredDtype, shape } = graph.values.get(name) ?? {};
      expect(inferredDtype, name).toBe(dtype);
      if (isDataDependent(c))
        expect(shape?.every((d, i) => matches(d, dims[i] as number, new Map())) && shape.length, name).toBe(dims.length);
      else expect(shape, name).toEqual(dims);
    }
  });
});

describe('with a symbol for every dim, the expressions have the values of the run', () => {
  test.each(SHAPE_CASES.map((c, i) => [`${i} ${c.name}`, c] as const))('%s', (_, c) => {
    const bindings = new Map<string, number>();
    const symbolic = graphOf(c, (name, dims) =>
      dims.map((d, i) => {
        bindings.set(`${name}_${i}`, d);
        return `${name}_${i}`;
      }),
    );
    const { graph } = inferShapes(symbolic);
    for (const [name, { dims }] of Object.entries(c.values)) {
      const { shape } = graph.values.get(name) ?? {};
      if (!shape) continue;
      expect(shape.length, name).toBe(dims.length);
      shape.forEach((dim, i) => {
        expect(matches(dim, dims[i] as number, bindings), `${name}: ${dim} for ${dims[i]}`).toBe(true);
      });
    }
  });
});

test('without numbers, at most one value in ten stays unknown or holds an open extent', () => {
  const counts = { known: 0, open: 0 };
  for (const c of SHAPE_CASES) {
    const { graph } = inferShapes(graphOf(c, (name, dims) => dims.map((_, i) => `${name}_${i}`)));
    for (const name of Object.keys(c.values)) {
      const { shape } = graph.values.get(name) ?? {};
      counts[shape?.every((d) => !String(d).includes('?')) ? 'known' : 'open']++;
    }
  }
  expect(counts.open / (counts.known + counts.open)).toBeLessThan(0.1);
});

describe('elements of shape arithmetic that are told are those of the run', () => {
  const told = SHAPE_CASES.filter((c) => Object.values(c.values).some((v) => v.values));

  test.each(told.map((c, i) => [`${i} ${c.name}`, c] as const))('%s', (_, c) => {
    const bindings = new Map(c.inputs.flatMap(({ name, dims }) => dims.map((d, i) => [`${name}_${i}`, d] as const)));
    for (const symbolic of [false, true]) {
      const { elements } = inferShapes(symbolic ? graphOf(c, (name, dims) => dims.map((_, i) => `${name}_${i}`)) : graphOf(c));
      for (const [name, { values }] of Object.entries(c.values))
        elements.get(name)?.elements.forEach((element, i) => {
          if (element !== undefined && values) expect(evaluateDim(element, bindings), `${name}[${i}] = ${element}`).toBe(values[i]);
        });
    }
  });

  test('all of them where the shapes are numbers, nearly all where they are symbols', () => {
    const c = caseNamed('shape arithmetic');
    const integers = Object.entries(c.values).filter(([, { values }]) => values);
    const known = (graph: ReturnType<typeof graphOf>) => {
      const { elements } = inferShapes(graph);
      return integers.filter(([name]) => elements.get(name)?.elements.every((e) => e !== undefined)).map(([name]) => name);
    };
    expect(known(graphOf(c))).toEqual(integers.map(([name]) => name));
    expect(known(graphOf(c, () => ['a', 'b', 'c', 'd'])).length).toBeGreaterThanOrEqual(integers.length - 2);
  });
});

describe('exported models with open batch, height and width', () => {
  const dynamic = (name: string) => inferShapes(graphOf(caseNamed(name), () => ['batch', 3, 'height', 'width'])).graph;
  const shapes = (name: string) => {
    const c = caseNamed(name);
    const graph = dynamic(name);
    return Object.keys(c.values).map((value) => graph.values.get(value)?.shape?.join('×'));
  };

  test.each(['exported View', 'exported Shuffle', 'exported Attend'])('%s: every shape is told in the symbols of the image', (name) => {
    for (const shape of shapes(name)) expect(shape).toMatch(/^[^?]*$/);
  });

  test('a strided convolution halves, a view multiplies and a division by its parts gives them back', () => {
    const text = shapes('exported View');
    expect(text).toContain('batch×8×floor((height + 1)/2)×floor((width + 1)/2)');
    expect(text).toContain('batch×floor((height + 1)/2)*floor((width + 1)/2)×8');
    expect(text).toContain('batch×5×2*floor((height + 1)/2)×2*floor((width + 1)/2)');
  });

  test('with the sizes of a run, every shape is that of the run', () => {
    const c = caseNamed('exported View');
    const { graph } = inferShapes(dynamic('exported View'), new Map([['image', [2, 3, 12, 16]]]));
    for (const [name, { dims }] of Object.entries(c.values)) expect(graph.values.get(name)?.shape, name).toEqual(dims);
  });

  test('inferring twice changes nothing', () => {
    const once = dynamic('exported View');
    expect(inferShapes(once).graph.values).toEqual(once.values);
  });
});

describe('what inference cannot tell', () => {
  const base = graphOf(caseNamed('Relu'));
  const custom = { ...base, nodes: [{ name: 'n', op: 'Strange', domain: 'my', inputs: ['x0'], outputs: ['y0'], attributes: {} }] };

  test('an operator outside the table is a problem, not an exception', () => {
    const { graph, problems } = inferShapes(custom);
    expect(problems).toEqual([{ node: 'n', message: 'the shapes that the operator my:Strange gives are not known' }]);
    expect(graph.values.get('y0')).toEqual({});
  });

  test('what the file states is used there, its symbols follow the inputs, and inference wins elsewhere', () => {
    const stated = new Map([
      ['y0', { dtype: 'float32', shape: ['batch', 7] } as const],
      ['z', { dtype: 'float32', shape: [99, 99] } as const],
    ]);
    const nodes = [...custom.nodes, { name: 'm', op: 'Relu', domain: '', inputs: ['y0'], outputs: ['z'], attributes: {} }];
    const graph = { ...custom, nodes, values: stated, inputs: [{ name: 'x0', dtype: 'float32', shape: ['batch', 3, 4] } as const] };
    expect(inferShapes(graph).graph.values.get('z')?.shape).toEqual(['batch', 7]);
    expect(inferShapes(graph, new Map([['x0', [5, 3, 4]]])).graph.values.get('z')?.shape).toEqual([5, 7]);
  });

  test('shapes that contradict the operator are named', () => {
    const add = { name: 'sum', op: 'Add', domain: '', inputs: ['x0', 'x0b'], outputs: ['y0'], attributes: {} };
    const inputs = [...base.inputs, { name: 'x0b', dtype: 'float32', shape: [5] } as const];
    expect(inferShapes({ ...base, nodes: [add], inputs }).problems).toEqual([
      { node: 'sum', message: 'shapes [2, 3, 4] and [5] do not broadcast' },
    ]);
  });

  test('open, negative and unreadable dims of an input become symbols', () => {
    const shape = inferShapes(base, new Map([['x0', ['', -1, 'batch size']]])).graph.outputs[0]?.shape;
    expect(shape).toEqual(['?1', '?2', 'batch_size']);
  });
});
