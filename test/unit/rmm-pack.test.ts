import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { testHunt } from '../../local/hunt-test/outcome.ts';
import { collectionsOf, huntable, readFacts } from '../../scripts/rmm-pack/facts.ts';
import { hasTerms } from '../../scripts/rmm-pack/terms.ts';
import { idOf } from '../../scripts/rmm-pack/yaml.ts';
import { loadHunts } from '../../src/hunt-files/hunt-folder.ts';

const facts = readFacts();
const tools = huntable(facts);
const byDefault = loadHunts('hunts', '*');

describe('the facts of the pack', () => {
  it('say of each tool what to ask for, or why there is no hunt', () => {
    expect(facts.tools.filter(({ ask, why }) => (ask === undefined) === (why === undefined))).toEqual([]);
    expect(tools.length).toBe(66);
  });

  it('name the sources of each signer, all of them collections that are described', () => {
    for (const { signers } of facts.tools)
      for (const signer of signers) {
        expect(signer.sources.length).toBeGreaterThan(0);
        expect(Object.keys(facts.collections)).toEqual(expect.arrayContaining([...collectionsOf([signer])]));
      }
  });

  it('ask for every signer that they name, and for nothing that was left out', () => {
    for (const { name, signers, ask = [], shared, leftOut = [] } of tools) {
      const asks = [...ask, ...(shared?.ask ?? [])];
      const missed = signers.filter(({ value }) => !asks.some((term) => hasTerms(value, term)));
      const taken = leftOut.filter(({ value }) => asks.some((term) => hasTerms(value, term)));
      expect({ name, missed, taken }).toEqual({ name, missed: [], taken: [] });
    }
  });

  it('ask for no name that is so short or so common that it says nothing', () => {
    const asks = tools.flatMap(({ ask = [], shared }) => [...ask, ...(shared?.ask ?? [])]);

    expect(
      asks.filter((ask) => ask.length < 4 || /^(?:Microsoft|Google|Software|Technologies|Inc|Ltd)\b/i.test(ask)),
    ).toEqual([]);
  });

  it('tell a tool whose signer also signs other software from that by names', () => {
    for (const { shared } of tools)
      if (shared) {
        expect(
          [...(shared.files ?? []), ...(shared.products ?? []), ...(shared.companies ?? [])].length,
        ).toBeGreaterThan(0);
        expect(shared.others).toMatch(/\w{3}/);
      }
  });
});

describe('the hunts of the pack', () => {
  it('are one for each tool, LiteManager beside them, and one for all', () => {
    const slugs = tools.map(({ slug }) => slug).filter((slug) => slug !== 'litemanager');

    expect(readdirSync('hunts/rmm').sort()).toEqual(slugs.map((slug) => `${slug}-file-signature.yaml`).sort());
    expect(existsSync('hunts/fleet/rmm-file-signature.yaml')).toBe(true);
  });

  it('are off by default, but for those of LiteManager', () => {
    expect(byDefault.all().map(({ slug }) => slug)).toEqual([
      'litemanager-file-signature',
      'litemanager-network',
      'litemanager-process',
    ]);
    expect(byDefault.problems()).toEqual([]);
  });

  it('can be switched on together, one by one, and all but one', () => {
    expect(loadHunts('hunts', 'litemanager-*,rmm/*').all()).toHaveLength(68);
    expect(
      loadHunts('hunts', 'rmm/anydesk-*')
        .all()
        .map(({ slug }) => slug),
    ).toEqual(['anydesk-file-signature']);
    expect(loadHunts('hunts', 'rmm/*,!rmm/teamviewer-*').all()).toHaveLength(64);
    expect(loadHunts('hunts', '*,fleet/*').all()).toHaveLength(4);
  });

  it('keep their ids when they are made again', () => {
    expect(idOf('rmm/anydesk')).toBe('ebc57c14-98c2-510b-a421-afde9327d325');
    expect(
      new Set(
        loadHunts('hunts')
          .all()
          .map(({ id }) => id),
      ).size,
    ).toBe(69);
  });

  it('of tools with a filter say so, and what else is signed alike', () => {
    for (const { slug, shared } of tools.filter((tool) => tool.shared)) {
      const text = readFileSync(`hunts/rmm/${slug}-file-signature.yaml`, 'utf8').replace(/\s+/g, ' ');
      expect(text).toContain(`The signer also signs other software (${shared?.others ?? ''}).`);
      expect(text).toContain('join kind=leftsemi Known on SHA1');
    }
  });

  it('fail their own tests when the signer that they ask for is another', () => {
    const text = readFileSync('hunts/rmm/anydesk-file-signature.yaml', 'utf8');
    const { tests } = testHunt('x.yaml', text.replace("'AnyDesk Software'", "'AnyDesc Software'"));

    expect(tests.map(({ passed }) => passed)).toEqual([false, true]);
  });

  it('fail their own tests when the filter is gone', () => {
    const text = readFileSync('hunts/rmm/zoho-assist-file-signature.yaml', 'utf8');
    const { tests } = testHunt('x.yaml', text.replace('| join kind=leftsemi Known on SHA1', ''));

    expect(tests.some(({ passed }) => !passed)).toBe(true);
  });
});

describe('the page of the pack', () => {
  const page = readFileSync('docs/rmm-pack.md', 'utf8');

  it('lists every tool, every signer, and why some are not asked for', () => {
    for (const { name, signers, why } of facts.tools) {
      expect(page).toContain(`[${name}]`);
      for (const { value } of signers) expect(page).toContain(value);
      if (why !== undefined) expect(page).toContain(why);
    }
  });

  it('links to files that are there', () => {
    const links = [...page.matchAll(/\]\(\.\.\/([^)#]+)/g)].map(([, file]) => file ?? '');

    expect(links.length).toBeGreaterThan(66);
    expect(links.filter((file) => !existsSync(file))).toEqual([]);
  });
});
