import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { errorFields, type Log } from '../log.ts';
import type { LoadBot } from '../teams/lazy-bot.ts';

/** Teams sends a few kilobytes. */
const MAX_BODY = 256 * 1024;

/** POST /api/messages: Teams' activities. Anybody can reach it, so a refusal is a status and nothing else. */
export async function onMessage(request: HttpRequest, loadBot: LoadBot, log: Log): Promise<HttpResponseInit> {
  if (!/^application\/json\b/i.test(request.headers.get('content-type') ?? '')) return { status: 415 };
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY) return { status: 413 };
  const text = await request.text();
  if (text.length > MAX_BODY) return { status: 413 };
  const activity = parsed(text);
  if (activity === undefined) return { status: 400 };
  try {
    const bot = await loadBot();
    const { status, body } = await bot.process(request.headers.get('authorization') ?? undefined, activity);
    // The adapter's 500: the program failed, has logged why, and may do better when it is asked again.
    if (status === 500) return { status: 503 };
    return body === undefined ? { status } : { status, jsonBody: body };
  } catch (error) {
    log.error('bot.failed', errorFields(error));
    return { status: 503 };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Answered with 400 by the caller.
    return undefined;
  }
}
