import { collectionsOf, confidence, huntable, type Facts, type Tool } from './facts.ts';
import { FLEET, hasHunt } from './hunts.ts';

/** docs/rmm-pack.md */
export function packPage(facts: Facts): string {
  const tools = huntable(facts);
  const without = facts.tools.filter(({ ask }) => ask === undefined);
  const filtered = tools.filter(({ shared }) => shared !== undefined);
  return `# The pack of remote management tools

<!-- Made by "npm run generate" from scripts/rmm-pack/tools.json; change it there. -->

Help desks use these tools with consent; intruders bring them along because they are signed, talk through firewalls and survive a restart. Each hunt asks on which devices Defender has checked a file signed by the tool's maker in the last five days. The first run founds a baseline: from then on only devices that are new are told.

${String(tools.length)} of ${String(facts.tools.length)} tools have a hunt; ${String(filtered.length)} of them have a signer that also signs other software, and count a file only if its name or product is seen too.

## Switch it on

Nothing of it runs until the setting \`HUNTS\` says so ([hunts/README.md](../hunts/README.md#switch-packs-on)).

| \`HUNTS\`                                     | what runs                                                       |
| ------------------------------------------- | --------------------------------------------------------------- |
| \`*\`                                         | the hunts of the folder itself: LiteManager by signature, process and network |
| \`*,rmm/*\`                                   | a hunt for each tool: a baseline, a schedule and a card of its own |
| \`*,rmm/*,!rmm/teamviewer-*\`                 | all but the tool that is in use on purpose                      |
| \`*,${FLEET}\`                | one hunt for all of them: one question, one baseline, one card   |

The hunts with a filter read process, network and file events and cost the workspace more than the others; the one for all of them costs about as much as one of these. On a device that has one of the tools already it does not tell a second one; the hunts of \`rmm/\` do.

## Tools

"Several" collections agree on a signer, or only one names it. They copy from each other, so that agreement is no proof. Behind each signer stands how many name it.

${table(
  ['tool', 'hunt', 'signers', 'named by', 'filter'],
  tools.map((tool) => [
    link(tool.name, tool.website),
    huntOf(tool),
    tool.signers.map((signer) => `${cell(signer.value)} (${String(collectionsOf([signer]).length)})`).join(', '),
    confidence(tool) === 'several collections' ? 'several' : 'one',
    tool.shared ? `also signs ${cell(tool.shared.others)}` : '',
  ]),
)}

## Gaps

What no signature finds: a copy that is unsigned or signed by somebody else, and a tool that is none of these. Of single tools:

${tools
  .filter(({ note }) => note !== undefined)
  .map(({ name, note }) => `- ${name}: ${note ?? ''}`)
  .join('\n')}

Signers that a collection names and that are not asked for:

${table(
  ['tool', 'signer', 'why not'],
  facts.tools.flatMap(({ name, leftOut = [] }) => leftOut.map(({ value, why }) => [name, cell(value), cell(why)])),
)}

Tools without a hunt:

${table(
  ['tool', 'why'],
  without.map(({ name, website, why }) => [link(name, website), cell(why ?? '')]),
)}

## Sources

Facts only: names of signers, products and files. The words and queries are our own.

${table(
  ['collection', 'version', 'licence'],
  Object.values(facts.collections).map(({ name, version, licence, address }) => [
    link(name, address),
    version,
    licence,
  ]),
)}
`;
}

const HAND = ['file-signature', 'process', 'network']
  .map((kind) => link(kind, `../hunts/litemanager-${kind}.yaml`))
  .join(', ');

const huntOf = (tool: Tool): string =>
  hasHunt(tool)
    ? link(`rmm/${tool.slug}-file-signature`, `../hunts/rmm/${tool.slug}-file-signature.yaml`)
    : `litemanager: ${HAND}`;

function link(text: string, address: string): string {
  return address === '' ? cell(text) : `[${cell(text)}](${address})`;
}

/** Text of others, so that no sign of it means anything to Markdown. */
function cell(text: string): string {
  return text.replace(/[|*_<>]/g, '\\$&');
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
