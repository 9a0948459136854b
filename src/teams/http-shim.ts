import type { Request as BotRequest, Response as BotResponse, TurnContext } from 'botbuilder';

export interface BotAnswer {
  readonly status: number;
  readonly body?: unknown;
}

/** The part of TeamsAdapter that is used. */
export interface ActivityProcessor {
  process(request: BotRequest, response: BotResponse, logic: (context: TurnContext) => Promise<void>): Promise<void>;
}

/** Who may speak. `authenticated: false` is for the Playground only. */
export type Gate =
  | { readonly authenticated: false }
  | {
      readonly authenticated: true;
      readonly tenantId: string;
      /** Who signs what Teams sends. */ readonly issuer: string;
    };

/**
 * Hands an activity to the Bot Framework's adapter, which expects Express's objects. Strangers are turned away before it
 * sees them: it would keep four entries for every unknown tenant of an unverified token, and answers bad tokens with 500.
 */
export async function processActivity(
  adapter: ActivityProcessor,
  gate: Gate,
  authorization: string | undefined,
  activity: unknown,
  logic: (context: TurnContext) => Promise<void>,
): Promise<BotAnswer> {
  if (!isActivity(activity)) return { status: 400 };
  if (gate.authenticated) {
    if (issuerOf(authorization) !== gate.issuer) return { status: 401 };
    // Teams writes tenants in lower case; people copy them into settings in either.
    if (tenantOf(activity) !== gate.tenantId.toLowerCase()) return { status: 403 };
  }
  const answer: { status: number; body?: unknown } = { status: 500 };
  let reached = 0;
  const response: BotResponse = {
    socket: undefined,
    // The adapter does nothing at all, without a word, when this function is missing.
    header: () => undefined,
    status: (code: number) => {
      answer.status = code;
    },
    send: (body: unknown) => {
      answer.body = body;
    },
    end: () => undefined,
  };
  const headers = authorization === undefined ? {} : { authorization };
  await adapter.process({ method: 'POST', headers, body: activity }, response, async (context) => {
    reached += 1;
    await logic(context);
  });
  if (reached === 0) return refusal(answer);
  return answer.status >= 400 ? { status: answer.status } : answer;
}

/** A token that fails is 401, signing keys that cannot be fetched 503; the library's words stay here. */
function refusal({ status, body }: BotAnswer): BotAnswer {
  if (status !== 500) return { status };
  return { status: /^(?:jwt|invalid|unauthorized)/i.test(String(body)) ? 401 : 503 };
}

type Activity = Record<string, unknown> & { readonly type: string; readonly serviceUrl: string };

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What Teams always sends. The Bot Framework takes it for granted, and falls over an activity without it. */
const isActivity = (value: unknown): value is Activity =>
  isRecord(value) &&
  typeof value['type'] === 'string' &&
  value['type'] !== '' &&
  value['channelId'] === 'msteams' &&
  typeof value['serviceUrl'] === 'string' &&
  URL.canParse(value['serviceUrl']) &&
  ['conversation', 'from', 'recipient'].every((name) => hasId(value[name])) &&
  isTextOrNone(value['text']) &&
  ['entities', 'attachments', 'membersAdded', 'membersRemoved'].every((name) => areRecordsOrNone(value[name])) &&
  (value['type'] !== 'invoke' || (typeof value['name'] === 'string' && isRecord(value['value'])));

const isNone = (value: unknown): boolean => value === undefined || value === null;
const hasId = (value: unknown): boolean => isRecord(value) && typeof value['id'] === 'string' && value['id'] !== '';
const isTextOrNone = (value: unknown): boolean => isNone(value) || typeof value === 'string';
const areRecordsOrNone = (value: unknown): boolean => isNone(value) || (Array.isArray(value) && value.every(isRecord));

function tenantOf(activity: Activity): unknown {
  const { channelData, conversation } = activity as {
    channelData?: { tenant?: { id?: unknown } };
    conversation?: { tenantId?: unknown };
  };
  const tenant = channelData?.tenant?.id ?? conversation?.tenantId;
  return typeof tenant === 'string' ? tenant.toLowerCase() : undefined;
}

/** An unverified look at who claims to have issued the token; the adapter verifies it. */
function issuerOf(authorization: string | undefined): unknown {
  const payload = /^Bearer [\w-]+\.([\w-]+)\.[\w-]+$/.exec(authorization ?? '')?.[1];
  if (payload === undefined) return undefined;
  try {
    return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { readonly iss?: unknown } | null)?.iss;
  } catch {
    // No token of ours to judge: the caller answers 401.
    return undefined;
  }
}
