/** Asks Azure Resource Manager to look at the triggers of an app until it lists every function. */

export interface Sync {
  /** Address of the app in Azure Resource Manager. */
  readonly site: string;
  readonly token: string;
  readonly expected: readonly string[];
  readonly attempts: number;
  readonly wait: () => Promise<void>;
  readonly say: (line: string) => void;
}
export interface SyncResult {
  readonly listed: readonly string[];
  readonly missing: readonly string[];
}

const VERSION = 'api-version=2024-11-01';

export async function syncTriggers({ site, token, expected, attempts, wait, say }: Sync): Promise<SyncResult> {
  const headers = { authorization: `Bearer ${token}` };
  let listed: readonly string[] = [];
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    if (attempt > 1) await wait();
    // While the app starts it answers 400 or 503: that is to be asked again. A right that is missing stays missing.
    const sync = await fetch(`${site}/host/default/sync?${VERSION}`, { method: 'POST', headers });
    refuseForbidden(sync);
    await sync.body?.cancel();
    const list = await fetch(`${site}/functions?${VERSION}`, { headers });
    refuseForbidden(list);
    listed = list.ok ? namesIn(await list.json()) : [];
    const missing = expected.filter((name) => !listed.includes(name));
    if (sync.ok && missing.length === 0) return { listed, missing };
    say(`Attempt ${String(attempt)}: triggers ${String(sync.status)}, ${String(listed.length)} functions listed.`);
  }
  return { listed, missing: expected.filter((name) => !listed.includes(name)) };
}

function refuseForbidden({ status, url }: Response): void {
  if (status === 401 || status === 403)
    throw new Error(`${String(status)}: whoever is signed in may not manage ${new URL(url).pathname}.`);
}

/** A function is listed as `app/function`. */
function namesIn(answer: unknown): readonly string[] {
  const { value = [] } = answer as { readonly value?: readonly { readonly name: string }[] };
  return value.map(({ name }) => name.slice(name.indexOf('/') + 1));
}
