import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkHunt } from '../../local/hunt-check/check.ts';
import { describeProblem } from '../../src/errors.ts';
import { readHuntFile } from '../../src/hunt-files/hunt-file.ts';
import { askedAbout, evidenceQuery } from '../../src/kql/evidence-query.ts';
import { kqlText, kqlTexts } from '../../src/kql/literal.ts';
import { kqlValue, runKql } from '../support/kql.ts';

const GOOD = `id: 11111111-2222-3333-4444-555555555555
name: A hunt
query: |
  DeviceInfo
  | where Timestamp > ago(3d)
  | summarize Count = count() by DeviceId, DeviceName
`;
const EXECUTIONS = `evidence:
  executions: |
    DeviceProcessEvents
    | where Timestamp > ago(3d) and DeviceId in (Devices)
    | summarize Count = count() by DeviceId, FileName, ProcessCommandLine
`;
const problems = (more: string): readonly string[] => {
  const file = readHuntFile('x.yaml', GOOD + more);
  return [...file.problems, ...file.warnings].map(describeProblem);
};
const remarks = (more: string): readonly string[] =>
  checkHunt('x.yaml', GOOD + more).map(({ line, column, severity, message, suggestion }) =>
    [`${String(line)}:${String(column)} ${severity} ${message}`, suggestion].filter(Boolean).join(' → '),
  );

describe('evidence and scenarios in a hunt file', () => {
  it('are read as they are written', () => {
    const { hunt } = readHuntFile(
      'x.yaml',
      `${GOOD}${EXECUTIONS}scenarios:\n  - name: Backup\n    where: FileName =~ 'b.exe'\n  - { name: Own, where: "true", mode: normal }\n`,
    );

    expect(hunt?.scenarios).toEqual([
      { name: 'Backup', description: '', where: "FileName =~ 'b.exe'", mode: 'annotate' },
      { name: 'Own', description: '', where: 'true', mode: 'normal' },
    ]);
    expect(Object.keys(hunt?.evidence ?? {})).toEqual(['executions']);
  });

  it('name every slip with its place and the nearest right name', () => {
    expect(problems('evidence: { executoins: T }\n')).toEqual([
      'x.yaml:7:13 "executoins" is no part of "evidence"; known: files, telemetry, executions, arrival, network, device, prevalence; did you mean "executions"?',
    ]);
    expect(
      problems(`${EXECUTIONS}scenarios:\n  - { name: A, where: x, mode: exlude }\n  - { nam: B, where: y }\n`),
    ).toEqual([
      'x.yaml:13:32 "mode" is one of annotate, exclude, normal; did you mean "exclude"?',
      'x.yaml:14:12 "nam" is no part of a scenario; known: name, description, where, mode; did you mean "name"?',
      'x.yaml:14:5 needs a "name"',
    ]);
    expect(problems('scenarios: [{ name: A, where: x }]\n')).toEqual([
      'x.yaml:7:12 are judged on executions: "evidence" needs the query "executions" besides them',
    ]);
    expect(problems('evidence: { network: DeviceNetworkEvents | where SHA1 in (Files) }\n')).toEqual([
      'x.yaml:7:22 names Files, which is what "evidence.files" finds; that query is missing',
    ]);
  });

  it.each(['a) or (true', 'a | take 1', 'a; T', '(a'])('refuse a condition that is more than one: %s', (where) => {
    expect(problems(`${EXECUTIONS}scenarios: [{ name: A, where: "${where}" }]\n`).join()).toContain(
      'must be one condition',
    );
  });

  it('are watched for what the tables of requiredDataConnectors say, as far as the query reads them', () => {
    const { hunt } = readHuntFile(
      'x.yaml',
      `${GOOD}requiredDataConnectors:\n  - { connectorId: M, dataTypes: [DeviceInfo, DeviceEvents, SecurityAlert (MDATP)] }\n`,
    );

    expect(hunt?.tables).toEqual(['DeviceInfo']);
  });

  it('are checked against the tables, each fault at its place', () => {
    expect(remarks(`${EXECUTIONS}scenarios:\n  - name: Backup\n    where: FileNam =~ 'b.exe'\n`)).toEqual([
      '14:12 error there is no column "FileNam" here → FileName',
    ]);
    expect(
      remarks(
        'evidence:\n  network: |\n    DeviceNetworkEvents\n    | where Timestamp > ago(1d)\n    | where RemoteIp == ""\n',
      ),
    ).toEqual(['11:13 error there is no column "RemoteIp" here → RemoteIP']);
    expect(
      remarks(
        'evidence:\n  prevalence: |\n    DeviceFileEvents | where Timestamp > ago(1d) | summarize Devices = dcount(DeviceId) by Sha = SHA1\n',
      ),
    ).toEqual(['8:15 error the answer of "evidence.prevalence" has no column "SHA1"; it has Sha, Devices → Sha']);
  });

  it('are told of siblings that are no hunts', () => {
    const text = `${GOOD}siblings: [litemanager-proces, litemanager-network]\n`;
    const [remark, ...others] = checkHunt('x.yaml', text, 'log-analytics', [
      'litemanager-process',
      'litemanager-network',
    ]);

    expect(others).toEqual([]);
    expect(remark).toMatchObject({
      ...{ severity: 'warning', line: 7, suggestion: 'litemanager-process' },
      message: '"siblings" names "litemanager-proces", which is no hunt of this folder',
    });
  });

  it('warn of an exclusion that rests on words alone', () => {
    const loose = `${EXECUTIONS}scenarios:\n  - { name: A, where: "ProcessCommandLine contains 'backup.exe'", mode: exclude }\n`;

    expect(remarks(loose).join()).toContain('an attacker chooses the words of a command line');
  });
});

describe('texts from devices in a query', () => {
  it('come out of Microsoft’s parser as they went in, whatever they hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        expect(kqlValue(kqlText(text))).toBe(text);
        expect(kqlValue(kqlTexts([text, 'x']))).toEqual([text, 'x']);
      }),
      { numRuns: 200 },
    );
  });

  it.each([`'); DeviceInfo | project DeviceName //`, `a\\`, `\\'`, '\n| union T', '${x}', "\u2028'"])(
    'never become part of it: %j',
    (text) => {
      const asked = evidenceQuery(
        'files',
        { evidence: { files: 'print N = array_length(Devices), One = tostring(Devices[0]);' }, scenarios: [] },
        { devices: [text], files: [text] },
      );

      expect(runKql(asked?.kql ?? '')).toEqual([[1, text]]);
      expect(runKql(askedAbout(`print DeviceId = 'other'; // the end`, 'DeviceId', [text]))).toEqual([]);
    },
  );
});
