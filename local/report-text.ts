import { agreementWords } from '../src/hunt/corroboration.ts';
import type { Finding } from '../src/hunt/finding.ts';
import type { HuntReport } from '../src/hunt/report.ts';
import type { Sighting } from '../src/hunt/sighting.ts';
import { gapWords, reopenedWords, verdictWords } from '../src/hunt/verdict-words.ts';

/** A name as it may be printed: controls, bidi and invisible characters show as their codes and steer no terminal. */
export const printable = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );

const OUTCOMES: Readonly<Record<HuntReport['outcome'], (report: HuntReport) => string>> = {
  'baseline-founded': ({ founding }) =>
    `Baseline: ${String(founding.length)} device(s). From now on only other devices are new.`,
  'baseline-not-founded': () => 'The answer is not the whole truth, so no baseline was founded.',
  'nothing-new': () => 'Nothing new.',
  blind: () => 'BLIND: nothing new was seen, and nothing could be.',
  'devices-found': ({ findings }) => `${String(findings.length)} device(s) to look at.`,
};

/** A report for a person at a terminal. */
export function reportText(report: HuntReport, dryRun: boolean): string {
  const { hunt, run, totals, partial } = report;
  const devices = report.findings.length > 0 ? report.findings : [...report.founding];
  return [
    `${printable(hunt.name)}${dryRun ? '  (dry run: nothing was written or told)' : ''}`,
    `${run.scope.workspace}, ${minute(run.window.start)} to ${minute(run.window.end)} UTC`,
    '',
    ...(devices.length === 0 ? [] : [...table(devices), '', ...verdicts(report)]),
    OUTCOMES[report.outcome](report),
    `${String(totals.rows)} row(s), ${String(totals.devices)} device(s): ${String(totals.newlySeen)} new, ${String(totals.returning)} returning, ${String(totals.known)} known.`,
    ...(totals.withoutDevice > 0 ? [`${String(totals.withoutDevice)} row(s) name no device.`] : []),
    ...ofReporting(report),
    ...(report.blind ? [`BLIND (${report.blind.code}): ${printable(report.blind.message)}`] : []),
    ...(partial ? [`PARTIAL ANSWER (${partial.code}): ${printable(partial.message)}`] : []),
  ].join('\n');
}

/** What is known of the first of them; the card and its page say more. */
function verdicts({ findings }: HuntReport): string[] {
  const lines = findings.slice(0, 10).flatMap(({ name, id, verdict, agreement, evidence, explainedSoFar }) => {
    const words = [
      ...(explainedSoFar ? [reopenedWords(explainedSoFar)] : []),
      ...(verdict ? [verdictWords(verdict)] : []),
      ...(agreement ? [agreementWords(agreement)] : []),
      ...(evidence ? [gapWords(evidence.gaps)] : []),
    ].filter((one) => one !== undefined);
    return words.length === 0
      ? []
      : [`${printable(name === '' ? id : name).slice(0, 60)}: ${printable(words.join('; '))}`];
  });
  return lines.length === 0 ? [] : [...lines, ''];
}

function ofReporting({ totals: { reporting, newlySeen }, excluded }: HuntReport): string[] {
  return [
    ...(reporting === undefined ? [] : [`${String(newlySeen)} new of ${String(reporting)} reporting devices.`]),
    ...(excluded.length === 0 ? [] : [`${String(excluded.length)} device(s) left out, of which all is explained:`]),
    ...excluded.map(({ name, id }) => `  ${printable(name === '' ? id : name).slice(0, 60)}`),
  ];
}

const minute = (at: Date | undefined): string => (at ? at.toISOString().slice(0, 16).replace('T', ' ') : '-');

function table(devices: readonly (Sighting | Finding)[]): string[] {
  const rows = devices.map((device) => [
    printable(device.name === '' ? device.id : device.name).slice(0, 60),
    'novelty' in device ? device.novelty : 'baseline',
    minute(device.firstSeen),
    minute(device.lastSeen),
    device.count === undefined ? '-' : String(device.count),
  ]);
  const all = [['DEVICE', 'STATE', 'FIRST SEEN', 'LAST SEEN', 'COUNT'], ...rows];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** The same report for a program. */
export function reportJson({ hunt, run, outcome, partial, totals, findings, founding }: HuntReport): string {
  const { slug, id, name } = hunt;
  return JSON.stringify(
    { hunt: { slug, id, name }, run, outcome, partial, totals, findings, founding: [...founding] },
    null,
    2,
  );
}
