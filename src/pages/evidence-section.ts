/** What is known of each device of a case, in the order in which an analyst asks. */
import { agreementWords } from '../hunt/corroboration.ts';
import type { DeviceEvidence, Execution } from '../hunt/evidence.ts';
import type { Finding } from '../hunt/finding.ts';
import { isProtected } from '../hunt/verdict.ts';
import { gapWords, reopenedWords, verdictWords } from '../hunt/verdict-words.ts';
import { instant } from '../teams/card-parts.ts';
import { nameOf } from '../teams/device-table.ts';
import { inert } from '../teams/inert.ts';
import { markup, type Html } from './html.ts';

const TEXT = 400;

export function evidenceSections(findings: readonly Finding[]): Html[] {
  const known = findings.filter(({ evidence, verdict, agreement }) => evidence ?? verdict ?? agreement);
  return known.map(
    (finding) =>
      markup`<details ${known.length === 1 ? 'open' : ''}>
        <summary>${nameOf(finding)}${finding.verdict ? `: ${inert(verdictWords(finding.verdict), TEXT)}` : ''}</summary>
        ${amounts(finding)} ${finding.evidence ? evidenceTable(finding.evidence) : ''}
      </details> `,
  );
}

function amounts({ agreement, evidence, explainedSoFar, verdict }: Finding): Html[] {
  const gaps = evidence && gapWords(evidence.gaps);
  const by = verdict?.by.map(({ scenario, executions }) => `${scenario} (${String(executions)})`).join(', ') ?? '';
  const lines = [
    explainedSoFar && reopenedWords(explainedSoFar),
    agreement && `${agreementWords(agreement)}: ${agreement.agree.join(', ')}`,
    by === '' ? undefined : `Matched by: ${by}`,
    gaps,
  ];
  return lines.flatMap((text) => (text === undefined ? [] : [markup`<p>${inert(text, 600)}</p>`]));
}

function evidenceTable(evidence: DeviceEvidence): Html {
  const { executions, arrivals, peers, files, context = [], counts } = evidence;
  const row = (title: string, value: Html | string): Html => markup`<tr>
      <th scope="row">${title}</th>
      <td>${value}</td>
    </tr> `;
  const text = (...parts: readonly string[]): string => inert(parts.filter((part) => part !== '').join(' · '), TEXT);
  const shown = executions.reduce((sum, { count }) => sum + count, 0);
  return markup`<div class="wide">
    <table>
      <tbody>
        ${whereItIs(executions).map((path) => row('Ran from', path))}
        ${arrivals.map(({ at, action, process, account, path, origin }) =>
          row(
            'Arrived',
            text(at ? `${instant(at)} UTC` : '', action, process && `by ${process}`, account, path, origin),
          ),
        )}
        ${executions.map(({ commandLine, file, parent, account, count, explainedBy }) =>
          row(
            explainedBy.length === 0 ? 'Unexplained' : 'Explained',
            markup`<code>${text(commandLine === '' ? file : commandLine)}</code>
              ${text(parent && `by ${parent}`, account && `as ${account}`, `${String(count)}×`, explainedBy.join(', '))}`,
          ),
        )}
        ${shown < counts.executions ? row('', `and ${String(counts.executions - shown)} more executions`) : ''}
        ${peers.map(({ address, port, host, count }) =>
          row(
            'Talked to',
            text(`${address || host}${port === undefined ? '' : `:${String(port)}`}`, host, `${String(count)}×`),
          ),
        )}
        ${files.map(({ sha1, signer, trusted, certificate, devices }) =>
          row(
            'Signature',
            markup`${text(
              signer,
              trusted === undefined ? '' : trusted ? 'trusted' : 'not trusted',
              certificate === undefined ? '' : `certificate ${certificate}`,
              devices === undefined ? '' : `on ${String(devices)} devices`,
            )}<br /><code>${text(sha1)}</code>`,
          ),
        )}
        ${context.map(([title, value]) => row(title, text(value)))}
      </tbody>
    </table>
  </div>`;
}

function whereItIs(executions: readonly Execution[]): string[] {
  const paths = [...new Set(executions.map(({ path }) => path))].filter((path) => path !== '');
  return paths.map((path) => `${inert(path, TEXT)}${isProtected(path) ? '' : ' (anybody may write there)'}`);
}
