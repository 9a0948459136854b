import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { errorFields } from '../log.ts';
import type { Services } from '../services.ts';
import { json } from './endpoint.ts';
import { healthReasons, type HealthReason } from './health-report.ts';
import { problemResponse } from './problem-response.ts';
import type { Program } from './program.ts';

/**
 * GET /api/health: 200 when silence means "nothing new", else 503 with every reason. Anonymous, for uptime monitors;
 * it names hunts and workspaces, never devices.
 */
export async function health(_request: HttpRequest, program: Program): Promise<HttpResponseInit> {
  let services: Services;
  try {
    services = await program.services();
  } catch (error) {
    return problemResponse(error);
  }
  try {
    return await report(services);
  } catch (error) {
    services.log.error('request.failed', { request: 'health', ...errorFields(error) });
    const reasons: HealthReason[] = [
      { code: 'storage-unreadable', message: 'The state cannot be read; nothing can be said of the hunts.' },
    ];
    return json(503, { status: 'unhealthy', reasons });
  }
}

async function report({
  hunts,
  workspaces,
  runs,
  conversations,
  promises,
  policy,
  now,
}: Services): Promise<HttpResponseInit> {
  const [states, targets, lastTick, mutes] = await Promise.all([
    runs.scopes(),
    conversations.list(),
    runs.lastTick(),
    promises.mutes(),
  ]);
  const reasons = healthReasons({
    hunts: hunts.all(),
    workspaces: [...workspaces.keys()],
    problems: hunts.problems(),
    states,
    targets,
    mutes,
    lastTick,
    policy,
    now: now(),
  });
  const status = reasons.length === 0 ? 'healthy' : 'unhealthy';
  return json(reasons.length === 0 ? 200 : 503, {
    status,
    reasons,
    lastTick,
    hunts: hunts.all().length,
    targets: targets.length,
    warnings: hunts.warnings().length,
    muted: mutes
      .filter(({ until }) => until > now())
      .map(({ hunt, until }) => ({ hunt: hunts.find(hunt)?.slug ?? hunt, until })),
  });
}
