import type { HttpResponseInit } from '@azure/functions';
import { errorFields } from '../log.ts';
import type { Services } from '../services.ts';
import { SECOND, type Milliseconds } from '../time.ts';
import { canaryJson } from './canary-report.ts';
import { json, type Endpoint, type HttpHandler } from './endpoint.ts';
import { readHealth } from './health-input.ts';
import { lastDelivery } from './queue-heartbeat.ts';
import { healthReasons, type HealthReason } from './health-report.ts';
import type { Program } from './program.ts';

/** GET /api/status: whether silence means "nothing new", and if not, every reason. */
export const status: Endpoint = async (_request, services) => {
  try {
    return await report(services);
  } catch (error) {
    services.log.error('request.failed', { request: 'status', ...errorFields(error) });
    const reasons: HealthReason[] = [
      { code: 'storage-unreadable', message: 'The state cannot be read; nothing can be said of the hunts.' },
    ];
    return json(503, { status: 'unhealthy', reasons });
  }
};

/** So often may strangers make us read our storage. */
const KEPT: Milliseconds = 5 * SECOND;

/**
 * GET /api/health: 200 when silence means "nothing new", else 503. Anonymous, for uptime monitors, and so without a reason:
 * a stranger learns no name of ours.
 */
export function healthOf(program: Program): HttpHandler {
  let latest: { readonly at: number; readonly healthy: Promise<boolean> } | undefined;
  return async () => {
    // The time of the process: a program without settings has no other.
    if (!latest || performance.now() - latest.at >= KEPT)
      latest = { at: performance.now(), healthy: isHealthy(program) };
    const healthy = await latest.healthy;
    return json(healthy ? 200 : 503, { status: healthy ? 'healthy' : 'unhealthy' });
  };
}

async function isHealthy(program: Program): Promise<boolean> {
  try {
    return (await report(await program.services())).status === 200;
  } catch {
    // status says why to whoever may know, and so does the log of every tick.
    return false;
  }
}

async function report(services: Services): Promise<HttpResponseInit> {
  const input = await readHealth(services);
  const { hunts, targets, mutes, lastTick, now } = input;
  const reasons = healthReasons(input);
  const healthy = reasons.length === 0;
  return json(healthy ? 200 : 503, {
    status: healthy ? 'healthy' : 'unhealthy',
    reasons,
    lastTick,
    lastDelivery: lastDelivery(input.states),
    canary: canaryJson(input),
    hunts: hunts.length,
    targets: targets.length,
    warnings: services.hunts.warnings().length,
    muted: mutes
      .filter(({ until }) => until > now)
      .map(({ hunt, until }) => ({ hunt: services.hunts.find(hunt)?.slug ?? hunt, until })),
  });
}
