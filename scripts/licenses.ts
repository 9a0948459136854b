import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A package in node_modules. */
export interface Package {
  readonly name: string;
  readonly version: string;
  /** As its package.json has it, an SPDX expression if all is well. */
  readonly license: string;
  readonly folder: string;
}

/** What may be passed on inside our zip: nothing that asks for more than to be named. */
export const SHIPPED: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
]);
/** What may be used to build and test, besides: it asks something of those only who change it or pass it on. */
export const DEVELOPED_WITH: ReadonlySet<string> = new Set([
  ...SHIPPED,
  'MPL-2.0',
  'LicenseRef-public-domain',
  'LicenseRef-Microsoft-pre-release',
]);

/** Read by a person: packages whose package.json does not say in SPDX what their licence does. */
const READ_BY_HAND: Readonly<Record<string, string>> = {
  // LICENSE-MIT
  cldrjs: 'MIT',
  // LICENSE: Microsoft's terms for a developer's tool, which may be used and not passed on
  '@microsoft/m365agentsplayground': 'LicenseRef-Microsoft-pre-release',
  // README.md: "Anybody can modify or re-license it for any purpose, without restriction"
  'uri-templates': 'LicenseRef-public-domain',
};

/** Whether an SPDX expression is satisfied by the licences that are allowed. */
export function isAllowed(expression: string, allowed: ReadonlySet<string>): boolean {
  const named = expression.split(/\s+(?:OR|AND)\s+/).map((part) => part.replace(/[()]/g, '').trim());
  // Of a plain choice one must do; of anything more involved, all: a person may decide otherwise.
  const isChoice = /\sOR\s/.test(expression) && !/\sAND\s/.test(expression);
  return isChoice ? named.some((one) => allowed.has(one)) : named.every((one) => allowed.has(one));
}

export function packageIn(folder: string): Package {
  const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as {
    readonly name: string;
    readonly version: string;
    readonly license?: unknown;
  };
  const said = typeof license === 'string' ? license : '';
  return { name, version, license: READ_BY_HAND[name] ?? said, folder };
}

/** The packages of which a bundle read files, by name. */
export function packagesOf(inputs: readonly string[]): readonly Package[] {
  const folders = new Set(inputs.flatMap((input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []));
  return [...folders].map(packageIn).sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

const keyOf = ({ name, version, folder }: Package): string => `${name} ${version} ${folder}`;

/** The licence file of a package, word for word. */
export function licenceText({ folder, name }: Package): string {
  const file = readdirSync(folder).find((one) => /^(licen[cs]e|copying)([.-]|$)/i.test(one));
  if (file !== undefined) return readFileSync(path.join(folder, file), 'utf8').trim();
  const readme = path.join(folder, 'README.md');
  const section = existsSync(readme)
    ? /^#+ *licen[cs]e\s*$([\s\S]*?)(?=^#|$(?![\s\S]))/im.exec(readFileSync(readme, 'utf8'))
    : null;
  return (
    section?.[1]?.trim() ?? `The package ${name} comes without a licence text; its package.json names the licence.`
  );
}

/** One file with everything that the licences of bundled packages ask to be passed on. */
export function thirdPartyNotices(packages: readonly Package[]): string {
  const byText = new Map<string, Package[]>();
  for (const one of packages) {
    const text = licenceText(one);
    byText.set(text, [...(byText.get(text) ?? []), one]);
  }
  const parts = [...byText].map(([text, of]) => {
    const names = [...new Set(of.map(({ name, version, license }) => `${name} ${version} (${license})`))];
    return `${names.join('\n')}\n\n${text}\n`;
  });
  return `Firstsight contains code of these packages, under these licences.\n\n${parts.join(`\n${'-'.repeat(80)}\n\n`)}`;
}
