// Writes docs/agreement.md from what the parity suites measured: npm run agreement runs them first.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { METHODS } from '../src/attribution/index.ts';
import { inProject } from './lib/project.mjs';
import { table } from './lib/tables.mjs';

const folder = inProject('out/results/agreement');
if (!existsSync(folder)) throw new Error('Nothing has been measured yet: run "npm run agreement".');

/** @type {Map<string, { cases: number, largest: number, tolerance: number }>} */
const measured = new Map();
for (const file of readdirSync(folder)) {
  const suite = JSON.parse(readFileSync(inProject('out/results/agreement', file), 'utf8'));
  for (const [method, { cases, largest, tolerance }] of Object.entries(suite)) {
    const known = measured.get(method) ?? { cases: 0, largest: 0, tolerance: 0 };
    measured.set(method, {
      cases: known.cases + cases,
      largest: Math.max(known.largest, largest),
      tolerance: Math.max(known.tolerance, tolerance),
    });
  }
}

/** Two digits, as people write them: 3.1e-6. @param {number} value */
const digits = (value) => (value === 0 ? '0' : value.toExponential(1));

const total = [...measured.values()].reduce((sum, { cases }) => sum + cases, 0);
const rows = Object.entries(METHODS).map(([name, { differs }]) => {
  const found = measured.get(name);
  return [name, `${found?.cases ?? '–'}`, found ? digits(found.largest) : '–', found ? digits(found.tolerance) : '–', differs ?? ''];
});
const versions = `Node ${process.versions.node}`;
writeFileSync(
  inProject('docs/agreement.md'),
  `# Agreement with Captum

Made by \`npm run agreement\` (${versions}) from ${total} cases: methods × networks × layers × parameters, each against Captum in float64, or where Captum
is known to be wrong, or lacks the method, against an independent formulation in the script that made the case (\`test/fixtures/methods\`).
*Largest error* is the relative L2 distance of the worst case, *Bound* what the test allows. Methods that draw random numbers are compared
with what they tend to, here or in \`test/parity\`, with a stated bound.

${table(['Method', 'Cases', 'Largest error', 'Bound', 'Where it differs from Captum on purpose'], rows)}
`,
);
