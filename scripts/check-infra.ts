/** `npm run check:infra`: what is wrong with infra/, as far as it can be said without Azure. */
import { describeProblem } from '../src/errors.ts';
import { checkInfra, readSchemas, readSources } from './bicep/check.ts';

const sources = readSources('infra');
const problems = await checkInfra(sources, readSchemas('test/infra/schemas'));
for (const problem of problems) console.error(describeProblem(problem));
console.log(`${String(sources.size)} files, ${String(problems.length)} problem(s).`);
process.exitCode = problems.length > 0 ? 1 : 0;
