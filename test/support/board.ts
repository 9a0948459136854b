/** The board over a world in memory, asked as a browser asks it. */
import functions, { type HttpResponseInit } from '@azure/functions';
import { onBoard } from '../../src/functions/on-board.ts';
import type { BoardOptions } from '../../src/functions/program.ts';
import { runHunt } from '../../src/run-hunt.ts';
import { DAY } from '../../src/time.ts';
import { aHunt, anAnswer, aRow, aRunOrder } from './builders.ts';
import { aWorld, CHANNEL, type World } from './services.ts';

export const KEY = 'a-key-of-forty-characters-for-the-tests!';
export const bodyOf = ({ body }: HttpResponseInit): string => (typeof body === 'string' ? body : '');
export const headersOf = ({ headers }: HttpResponseInit): Record<string, string> =>
  (headers ?? {}) as Record<string, string>;
export const PORTALS = {
  defender: 'https://security.microsoft.com',
  azure: 'https://portal.azure.com',
  workspaceIds: new Map<string, string>(),
};

export interface Asking {
  readonly cookie?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly form?: Readonly<Record<string, string>>;
}

/** A baseline of one device, and a run that finds others with these names; `ask` comes with the key's cookie, if any. */
export async function aBoard(
  options: Partial<BoardOptions> = {},
  names: readonly string[] = ['new.contoso.com'],
  world: World = aWorld(),
) {
  const { services } = world;
  await services.conversations.put(CHANNEL);
  const run = () => runHunt(aHunt(), aRunOrder({ asOf: services.now() }), false, services);
  world.answer = anAnswer(['old']);
  await run();
  world.pass(DAY);
  world.answer = anAnswer([...names.map((name, n) => aRow(`id-${String(n)}`, name)), 'old']);
  const ticket = await run();
  const program = {
    services: () => Promise.resolve(services),
    board: () =>
      Promise.resolve<BoardOptions>({ access: { kind: 'key', key: KEY }, actions: true, portals: PORTALS, ...options }),
    messages: () => Promise.reject(new Error('not asked for')),
  };
  const ask = (method: 'GET' | 'POST', address: string, { cookie, headers = {}, form }: Asking = {}) => {
    const url = new URL(address, 'http://localhost');
    const [section, item, part] = url.pathname.split('/').slice(3).map(decodeURIComponent);
    return onBoard(
      new functions.HttpRequest({
        method,
        url: url.href,
        params: Object.fromEntries(
          Object.entries({ section, item, part }).filter(([, value]) => value !== undefined),
        ) as Record<string, string>,
        query: Object.fromEntries(url.searchParams),
        headers: { ...(cookie !== undefined && { cookie }), ...headers },
        ...(form && { body: { string: new URLSearchParams(form).toString() } }),
      }),
      program,
    );
  };
  const signIn = async (key = KEY): Promise<string> => {
    const answer = await ask('POST', '/api/board/sign-in', { form: { key } });
    return (headersOf(answer)['set-cookie'] ?? '').split(';')[0] ?? '';
  };
  return { world, services, run: ticket.run, case: world.told.at(-1)?.case.id ?? '', ask, signIn };
}

/** The fields of a page's first form that acts with a verb, as a browser sends them. */
export function formOf(html: string, verb: string): Record<string, string> {
  const forms = html.match(/<form class="act"[^]*?<\/form>/g) ?? [];
  const form = forms.find((one) => one.includes(`value="${verb}"`)) ?? '';
  const hidden = [...form.matchAll(/<input\s+type="hidden"\s+name="([^"]*)"\s+value="([^"]*)"/g)];
  return { ...Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, value])), verb };
}
