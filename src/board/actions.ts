import { actOnCase, type CaseRequest } from '../case-actions.ts';
import { dryRun } from '../dry-run.ts';
import { DIGEST_DEVICES } from '../hunt/case.ts';
import type { Person } from '../hunt/person.ts';
import { requestedRunId, runOfCaseId, type RunId, type RunOrder } from '../hunt/run.ts';
import { orderRun } from '../order-run.ts';
import { refreshCopies } from '../refresh-copies.ts';
import type { RunRecord, Services } from '../services.ts';

/** What came of a form. Nothing here trusts its fields. */
export type Done =
  /** Ordered: where it is seen. */
  | { readonly result: 'ordered'; readonly run: RunId }
  | { readonly result: 'dry-run'; readonly record: RunRecord }
  /** Said on the page of the case's run. */
  | { readonly result: 'said'; readonly run: RunId; readonly words: string }
  | { readonly result: 'unknown' };

/** Does what a form of the board asks, with the same actions as a card in Teams, and tells the log who did it. */
export async function actOnBoard(fields: URLSearchParams, by: Person, services: Services): Promise<Done> {
  const verb = fields.get('verb') ?? '';
  const done =
    verb === 'run' || verb === 'dry-run' ? await runHere(verb, fields, services) : await onCase(fields, by, services);
  if (done.result !== 'unknown')
    services.log.info('board.acted', {
      what: verb,
      by: by.id,
      ...('run' in done && { run: done.run }),
      ...(done.result === 'dry-run' && { run: done.record.id }),
    });
  return done;
}

async function runHere(verb: 'run' | 'dry-run', fields: URLSearchParams, services: Services): Promise<Done> {
  const hunt = services.hunts.find(fields.get('hunt') ?? '');
  const workspace = fields.get('workspace') ?? '';
  if (!hunt || !services.workspaces.has(workspace)) return { result: 'unknown' };
  const asOf = services.now();
  const scope = { hunt: hunt.id, workspace };
  // The form can be sent once; its token tells this run from all others.
  const nonce = (fields.get('once') ?? '').replace(/[^0-9a-f]/g, '').slice(0, 12) || 'board';
  const order: RunOrder = { id: requestedRunId(scope, asOf, nonce), scope, trigger: 'request', asOf };
  if (verb === 'dry-run') return { result: 'dry-run', record: await dryRun({ hunt, order }, services) };
  return { result: 'ordered', run: await orderRun({ hunt, order, own: false }, services) };
}

async function onCase(fields: URLSearchParams, by: Person, services: Services): Promise<Done> {
  const id = fields.get('case') ?? '';
  const asked = caseRequest(fields);
  const run = runOfCaseId(id);
  if (!asked || run === undefined) return { result: 'unknown' };
  const done = await actOnCase(id, asked, by, services);
  if (done.result === 'unknown-case') return { result: 'unknown' };
  await refreshCopies(services, id);
  return { result: 'said', run, words: done.result === 'refused' ? `Not done: ${done.words}` : done.words };
}

function caseRequest(fields: URLSearchParams): CaseRequest | undefined {
  const text = (name: string): string => fields.get(name) ?? '';
  const verb = fields.get('verb');
  switch (verb) {
    case 'acknowledge':
    case 'unexpect':
      return { verb };
    case 'note':
      return { verb, text: text('text') };
    case 'expect':
      return { verb, device: text('device'), shown: DIGEST_DEVICES, until: text('until'), reason: text('reason') };
    default:
      return undefined;
  }
}
