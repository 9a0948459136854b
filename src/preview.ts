/** What the scenarios of a hunt would do to everything it sees: asked, judged, and nothing written. */
import { gatherEvidence } from './gather-evidence.ts';
import { UnknownNameError } from './errors.ts';
import { explanationOf, type Explanation } from './hunt/explanation.ts';
import type { Scenario } from './hunt/hunt-questions.ts';
import type { HuntReport } from './hunt/report.ts';
import type { Named } from './hunt/sighting.ts';
import { tallyPromises, tallyScenarios, type PromiseTally, type ScenarioTally } from './hunt/tally.ts';
import { judge, type Verdict } from './hunt/verdict.ts';
import type { LedgerSession, Services } from './services.ts';

export interface Preview {
  /** Every device of the answer that could be asked about, with what its scenarios say as they are. */
  readonly devices: readonly { readonly sighting: Named; readonly verdict: Verdict }[];
  /** What each scenario would leave out of the cards if it excluded, alone or with the others. */
  readonly scenarios: readonly ScenarioPreview[];
  /** What all of them together would leave out if they excluded. */
  readonly together: readonly Named[];
  /** What they and people's promises have done so far. */
  readonly soFar: readonly ScenarioTally[];
  readonly promises: readonly PromiseTally[];
}

export interface ScenarioPreview extends ScenarioTally {
  readonly alone: readonly Named[];
}

const excluding = (scenarios: readonly Scenario[], which: (scenario: Scenario) => boolean): readonly Scenario[] =>
  scenarios.map((one) => (which(one) && one.mode !== 'normal' ? { ...one, mode: 'exclude' } : one));

export async function previewScenarios(report: HuntReport, services: Services): Promise<Preview> {
  const { hunt, run, findings, excluded, expected, known, founding } = report;
  const workspace = services.workspaces.get(run.scope.workspace);
  if (!workspace) throw new UnknownNameError('workspace', run.scope.workspace);
  const all: readonly Named[] = [...findings, ...excluded, ...expected, ...known, ...founding];
  const signal = AbortSignal.timeout(services.policy.runTimeout);
  const learned = await gatherEvidence(hunt, run, all, [], workspace, services, signal);
  const judged = (scenarios: readonly Scenario[]) =>
    all.flatMap((sighting) => {
      const of = learned.get(sighting.device);
      if (!of) return [];
      const { evidence, telemetry } = of;
      const verdict = judge(evidence, { scenarios, telemetry, asksFiles: hunt.evidence.files !== undefined });
      return [{ sighting, evidence, verdict }];
    });
  const hiddenBy = (scenarios: readonly Scenario[]): readonly Named[] =>
    judged(scenarios).flatMap(({ sighting, verdict }) => (verdict.hidden ? [sighting] : []));
  const now = judged(hunt.scenarios);
  const explanations = now.flatMap(({ sighting, evidence, verdict }): Explanation[] => {
    const explanation = explanationOf(sighting, evidence, verdict, run.asOf);
    return explanation ? [explanation] : [];
  });
  return {
    devices: now,
    scenarios: tallyScenarios(hunt.scenarios, explanations).map((tally) => ({
      ...tally,
      alone: hiddenBy(excluding(hunt.scenarios, ({ name }) => name === tally.scenario)),
    })),
    together: hiddenBy(excluding(hunt.scenarios, () => true)),
    ...(await soFar(report, services)),
  };
}

async function soFar(
  { hunt, run }: HuntReport,
  { ledger, explanations, promises }: Services,
): Promise<Pick<Preview, 'soFar' | 'promises'>> {
  const { baseline }: LedgerSession = await ledger.open(run.scope);
  const remembered = await explanations.all(run.scope);
  return {
    soFar: tallyScenarios(hunt.scenarios, remembered),
    promises: tallyPromises(await promises.expected(run.scope), baseline, remembered),
  };
}
