import { NO_TENSOR, type Outcome, STAGES, type Stage } from './runCase.ts';

const STAGE_NAMES: Readonly<Record<Stage, string>> = {
  read: 'Reader: the file is read',
  lift: 'Upgrade table: the graph in the one opset is valid',
  shapes: 'Shape inference: dtypes and shapes of the outputs, open ones where they depend on values',
  engine: 'Engine: the outputs of the lifted graph, computed in float32, are the expected ones',
};

/** Why cases fail: the first row whose pattern fits "operators: failure". */
const REASONS: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [new RegExp(NO_TENSOR), 'Sequences, optional values and maps have no shape and cannot be fed to onnxruntime-node or fetched from it'],
  [/attribute type has the type 13/, 'An attribute that is a type: only operators of optional values have one'],
  [/preview\.training/, 'Operators of training'],
  [/only opsets after \d+ have/, "An operator that came after the graphs' opset and has no form in it"],
  [/uses its (input|attribute)|uses shifting/, "An input, attribute or type that came after the graphs' opset and has no form in it"],
  [/does not know the operator|that the operator \S+ gives are not known/, 'ONNX Runtime does not know the operator'],
  [/'tensor\(u?int2\)'/, 'ONNX Runtime has no 2-bit integers in this opset'],
  [/float8e8m0/, 'ONNX Runtime has no float8e8m0 in this opset'],
  [/Could not find an implementation/, "ONNX Runtime's CPU provider has no kernel for the operator with these element types"],
  [/Failed to construct locale/, 'StringNormalizer wants a locale that the machine does not have'],
  [/ONNX Runtime (refuses|failed)/, 'ONNX Runtime knows the operator, but refuses this use of it'],
  [/of unknown shape/, 'What is taken out of a sequence or optional value is known only when the model runs'],
  [/has the shape|is inferred to be/, 'Another dtype or shape than expected'],
  [/^S?[DT]FT: .*holds other/, 'Values that should be 0 are rounding errors of a Fourier transform in float32'],
  [/^Dropout: .*holds other/, 'Dropout in training draws other random numbers'],
  [/holds other|has other strings/, 'ONNX Runtime gives other values than expected'],
  [/the process/, 'The process ended, or took too long'],
];

const reasonOf = (operators: readonly string[], failure: string): string =>
  REASONS.find(([pattern]) => pattern.test(`${operators}: ${failure}`))?.[1] ?? failure;

/** Cases that fail for one reason. */
interface Group {
  readonly reason: string;
  readonly stages: readonly Stage[];
  readonly cases: readonly Outcome[];
}

const failed = ({ failures }: Outcome): boolean => Object.keys(failures).length > 0;
const share = (passed: number, of: number): string => `${((100 * passed) / of).toFixed(1)} %`;

/** Groups by the reason of the first stage that failed, largest first. */
function groupsOf(outcomes: readonly Outcome[]): Group[] {
  const byReason = new Map<string, Outcome[]>();
  for (const outcome of outcomes.filter(failed)) {
    const first = STAGES.find((stage) => outcome.failures[stage] !== undefined) as Stage;
    const reason = reasonOf(outcome.operators, outcome.failures[first] as string);
    byReason.set(reason, [...(byReason.get(reason) ?? []), outcome]);
  }
  return [...byReason]
    .map(([reason, cases]) => ({
      reason,
      stages: STAGES.filter((stage) => cases.some(({ failures }) => failures[stage] !== undefined)),
      cases,
    }))
    .sort((a, b) => b.cases.length - a.cases.length);
}

const operatorsOf = ({ cases }: Group): string[] => {
  const counts = new Map<string, number>();
  for (const [operator] of cases.map(({ operators }) => operators.filter((op) => op !== 'Constant')))
    if (operator) counts.set(operator, (counts.get(operator) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => a.localeCompare(b)).map(([operator, count]) => `${operator} ${count}`);
};

function stageRows(outcomes: readonly Outcome[]): string[][] {
  const rows = STAGES.map((stage) => {
    const passed = outcomes.filter(({ failures }) => failures[stage] === undefined).length;
    return [STAGE_NAMES[stage], String(passed), share(passed, outcomes.length)];
  });
  const all = outcomes.filter((outcome) => !failed(outcome)).length;
  return [...rows, ['All four', String(all), share(all, outcomes.length)]];
}

/** What is printed: the share that passes each stage, then every failing case under its reason. */
export function textReport(outcomes: readonly Outcome[]): string {
  const lines = [
    `${outcomes.length} cases`,
    ...stageRows(outcomes).map(([stage, count, part]) => `${part?.padStart(8)} ${count?.padStart(5)}  ${stage}`),
  ];
  for (const group of groupsOf(outcomes)) {
    lines.push('', `${group.cases.length}  ${group.reason} (${group.stages.join(', ')})`);
    for (const { name, failures } of group.cases) {
      const words = new Set(Object.values(failures));
      lines.push(`    ${name}: ${[...words].join(' | ').replaceAll('\n', ' ').slice(0, 240)}`);
    }
  }
  return lines.join('\n');
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** The page docs/onnx-operator-tests.md. */
export function markdownReport(outcomes: readonly Outcome[]): string {
  const groups = groupsOf(outcomes);
  return `# ONNX's operator tests

The ONNX project has tests for every operator: a model, its inputs and the outputs that are expected. This page is what
\`npm run nodetests -- FOLDER --markdown docs/onnx-operator-tests.md\` makes of ${outcomes.length} of them, of opsets 1 to 28, with the
tolerances of ONNX's own runner (${'`rtol`'} 1e-3, ${'`atol`'} 1e-7; for float16 and bfloat16 a unit in the last place). The product does not need them.

## What passes

${table(['Stage', 'Cases', 'Share'], stageRows(outcomes))}

Every stage is counted over all cases: one that fails before is not passed after. Random operators are compared by dtype and shape. Values
of types that onnxruntime-node cannot take or give (float8, 4-bit integers) stand in the graph as constants, and are compared after a Cast to float32.

## What does not, and why

${table(
  ['Reason', 'Cases', 'Stages', 'Operators'],
  groups.map((group) => [group.reason, String(group.cases.length), group.stages.join(', '), operatorsOf(group).join(', ')]),
)}
`;
}
