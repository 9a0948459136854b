/** What people did with a case, as lines of its card. */
import type { Case, Mark } from '../hunt/case.ts';
import { BY_BOARD_KEY, BY_LINK } from '../hunt/person.ts';
import { day, instant, plural } from './card-parts.ts';
import type { Element } from './card-types.ts';
import { line, run } from './elements.ts';
import { inert } from './inert.ts';

const NOTES = 3;

export const personName = ({ by }: Mark): string => {
  const name = inert(by.name, 60);
  if (by.id === BY_LINK) return name === '' ? 'somebody with the link' : `${name} (by link, name not checked)`;
  if (by.id === BY_BOARD_KEY) return name === '' ? 'somebody on the board' : `${name} (on the board, name not checked)`;
  return name === '' ? 'somebody' : name;
};

export function caseLines({ state, openedAt, notice }: Case): Element[] {
  const { acknowledged, notes, expected, escalatedAt } = state;
  const older = notes.length - NOTES;
  return [
    ...(escalatedAt
      ? [
          line([
            run(`Told again: nobody had opened it since ${instant(openedAt)} UTC`, {
              color: 'Attention',
              weight: 'Bolder',
            }),
          ]),
        ]
      : []),
    ...(acknowledged
      ? [
          line([
            run(`✓ Acknowledged by ${personName(acknowledged)}, ${instant(acknowledged.at)} UTC`, {
              color: 'Good',
              weight: 'Bolder',
            }),
          ]),
        ]
      : []),
    ...expectedLines(expected, notice.kind === 'devices-found' ? notice.findings.length : 0),
    ...(older > 0
      ? [line([run(`${plural(older, 'older note')}, not shown here`, { isSubtle: true, size: 'Small' })])]
      : []),
    ...notes
      .slice(-NOTES)
      .map((note) =>
        line([
          run(`${personName(note)}, ${instant(note.at)} UTC: `, { isSubtle: true, size: 'Small' }, 120),
          run(note.text, {}, 300),
        ]),
      ),
  ];
}

/** One line per reason and day: ten devices expected together are one promise. */
function expectedLines(expected: Case['state']['expected'], devices: number): Element[] {
  const groups = Map.groupBy(expected, ({ until, reason, by }) => `${until.toISOString()}\n${by.id}\n${reason}`);
  return [...groups.values()].slice(0, 3).flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const which = devices > 1 ? `${plural(group.length, 'device')} expected` : 'Expected here';
    return [
      line([
        run(`◷ ${which} until ${day(first.until)}: `, { color: 'Accent', weight: 'Bolder' }),
        run(first.reason, {}, 200),
        run(` (${personName(first)}, ${instant(first.at)} UTC)`, { isSubtle: true, size: 'Small' }, 120),
      ]),
    ];
  });
}
