import { DIGEST_DEVICES, isInformation, type Case } from '../hunt/case.ts';
import { DAY } from '../time.ts';
import { form, openUrl } from './action-elements.ts';
import type { Action, Execute, Input } from './card-types.ts';
import type { CardLinks } from './card-links.ts';

/** What a click asks for. The data names a case; everything else is looked up when it arrives. */
export const VERBS = ['acknowledge', 'expect', 'unexpect', 'note', 'run'] as const;
export type Verb = (typeof VERBS)[number];

/** Promises end: one that did not would hide an intruder for ever. */
export const LONGEST_PROMISE_DAYS = 365;
export const LONGEST_REASON = 200;
export const LONGEST_NOTE = 500;
/** A query longer than this is left to the links; the card must fit. */
const LONGEST_QUERY = 3_000;

const day = (at: Date): string => at.toISOString().slice(0, 10);

/** The buttons of a card that a bot can answer. Teams shows six; the rest hides behind dots. `rows`: devices listed. */
export function botActions(about: Case, links: CardLinks, rows: number): Action[] {
  const { notice, state } = about;
  if (notice.kind === 'canary') return [];
  const execute = (title: string, verb: Verb, more: Partial<Execute> = {}): Execute => ({
    type: 'Action.Execute',
    title,
    verb,
    data: { case: about.id },
    ...more,
  });
  const devices = notice.kind === 'devices-found';
  const closed = isInformation(notice);
  return [
    ...(state.acknowledged || closed ? [] : [execute('Acknowledge', 'acknowledge', { style: 'positive' })]),
    ...(devices ? [expectForm(about, rows, execute('Save', 'expect'))] : []),
    ...(devices && state.expected.length > 0 ? [execute('Not expected after all', 'unexpect')] : []),
    ...(closed
      ? []
      : [
          form(
            'Note…',
            [text('text', 'Note, for everybody who sees this card', LONGEST_NOTE)],
            execute('Save', 'note'),
          ),
        ]),
    ...openUrl('Open in Defender', links.device),
    ...(isList(about) ? openUrl('All devices', links.page) : []),
    ...queryForm(about, links),
    ...(closed ? [] : [execute('Run now', 'run')]),
    // The digest has said everything.
    ...(isList(about) || notice.kind === 'digest' ? [] : openUrl('Open page', links.page)),
  ];
}

const isList = ({ notice }: Case): boolean =>
  (notice.kind === 'devices-found' && notice.findings.length > 1) || notice.kind === 'baseline-founded';

/** A webhook's card can only link. The page behind the link asks before it acts: mail and chat scanners open links. */
export const linkActions = (about: Case, links: CardLinks): Action[] =>
  about.notice.kind === 'canary'
    ? []
    : [
        ...openUrl('Acknowledge, expect, note…', links.page),
        ...openUrl('Open in Defender', links.device),
        ...queryForm(about, links),
      ];

/** The query to copy, and the portals that run it. */
function queryForm({ notice }: Case, links: CardLinks): Action[] {
  const { query } = notice.context;
  const portals = [...openUrl('Run in Defender', links.hunting), ...openUrl('Run in Log Analytics', links.logs)];
  // Bytes, not letters: the budget counts what JSON makes of it.
  const short = query !== undefined && Buffer.byteLength(JSON.stringify(query)) <= LONGEST_QUERY;
  if (!short && portals.length === 0) return [];
  // An input, because its text can be selected and copied as a whole and is never read as Markdown.
  const copy: Input[] = short
    ? [{ type: 'Input.Text', id: 'query', label: 'The query as it was asked', isMultiline: true, value: query }]
    : [];
  return [form('Query…', copy, ...portals)];
}

function expectForm({ notice, openedAt }: Case, rows: number, save: Execute): Action {
  const shown = notice.kind === 'devices-found' ? notice.findings.slice(0, Math.min(rows, DIGEST_DEVICES)) : [];
  // By number, as the table has them: names come from outside, and a choice's title may be read as Markdown.
  const which: Input[] =
    shown.length > 1
      ? [
          {
            type: 'Input.ChoiceSet',
            id: 'device',
            label: 'Which device',
            value: 'all',
            choices: [
              { title: `All ${String(shown.length)} listed above`, value: 'all' },
              ...shown.map(({ device }, i) => ({ title: `No. ${String(i + 1)}`, value: device })),
            ],
          },
        ]
      : [];
  const until: Input = {
    type: 'Input.Date',
    id: 'until',
    label: 'Expected here until (no card before that day)',
    min: day(new Date(openedAt.getTime() + DAY)),
    max: day(new Date(openedAt.getTime() + LONGEST_PROMISE_DAYS * DAY)),
    isRequired: true,
    errorMessage: 'A day, at most a year ahead',
  };
  const shownToo = { ...save, data: { ...save.data, shown: String(shown.length) } };
  return form('Expected here…', [...which, until, text('reason', 'Why it is expected', LONGEST_REASON)], shownToo);
}

const text = (id: string, label: string, maxLength: number): Input => ({
  type: 'Input.Text',
  id,
  label,
  isMultiline: maxLength > LONGEST_REASON,
  maxLength,
  isRequired: true,
  errorMessage: 'A few words are needed',
});
