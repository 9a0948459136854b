/** `npm run audit:licenses`: every installed package has a licence that we may use it under, or this fails and names it. */
import { readFileSync } from 'node:fs';
import { DEVELOPED_WITH, isAllowed, packageIn, SHIPPED } from './licenses.ts';

interface Locked {
  readonly packages: Readonly<
    Record<string, { readonly dev?: boolean; readonly optional?: boolean; readonly license?: string }>
  >;
}
const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Locked;

const problems: string[] = [];
const counted = new Map<string, number>();
for (const [folder, locked] of Object.entries(packages)) {
  if (folder === '') continue;
  const allowed = locked.dev === true ? DEVELOPED_WITH : SHIPPED;
  const name = folder.replace(/^.*node_modules\//, '');
  const license = licenseOf(folder, name, locked.license);
  counted.set(license, (counted.get(license) ?? 0) + 1);
  if (!isAllowed(license, allowed))
    problems.push(`${name}: "${license}" is not among ${[...allowed].join(', ')} (${folder}).`);
}

/** What is on the disk counts; a package for another platform is known by the lockfile only. */
function licenseOf(folder: string, name: string, locked = ''): string {
  try {
    return packageIn(folder).license;
  } catch {
    // Not installed here.
    return locked === '' ? `unknown licence of ${name}` : locked;
  }
}

for (const [license, count] of [...counted].sort((a, b) => b[1] - a[1]))
  console.log(`${String(count).padStart(5)}  ${license}`);
if (problems.length > 0) {
  console.error(
    `\n${problems.join('\n')}\nRead its licence, then leave the package out or change the list in scripts/licenses.ts.`,
  );
  process.exit(1);
}
