import { format } from 'node:util';
import type { Environment } from './setting-readers.ts';

export type Redact = (text: string) => string;

const HIDDEN = '[redacted]';
/** Settings whose value opens something. */
const SECRET_SETTING =
  /(?:PASSWORD|SECRET|WEBHOOK_URL|IDENTITY_HEADER|CONNECTION_STRING|_KEY|_TOKEN)$|^AzureWebJobsStorage$/i;
const WORD = String.raw`[^\s"',;&}\\]+`;
/** What looks like a secret wherever it stands: tokens, signatures of links and of storage, keys in addresses and headers. */
const SHAPES: readonly (readonly [RegExp, string])[] = [
  [/\beyJ[\w-]{8,}(?:\.[\w-]*){1,4}/g, HIDDEN],
  [
    new RegExp(String.raw`\b(Bearer|SharedKey|SharedKeyLite|SharedAccessSignature)(?:\s|%20)+${WORD}`, 'gi'),
    `$1 ${HIDDEN}`,
  ],
  [
    new RegExp(
      String.raw`(\bsig|[?&](?:code|once)|\bAccountKey|\bSharedAccessKey|\bclient_secret|\baccess_token|\brefresh_token|\bpassword)(=|%3D)${WORD}`,
      'gi',
    ),
    `$1$2${HIDDEN}`,
  ],
  [
    new RegExp(
      String.raw`\b(authorization|x-functions-key|x-identity-header|x-ms-client-principal)(\\?["']?\s*[:=]\s*\\?["']?)(?:[A-Za-z]+\s+)?${WORD}`,
      'gi',
    ),
    `$1$2${HIDDEN}`,
  ],
];

/** Takes secrets out of a text: the values of secret settings, and whatever looks like one. */
export function redactorFor(env: Environment): Redact {
  const secrets = Object.entries(env)
    .flatMap(([name, value]) => (value !== undefined && SECRET_SETTING.test(name) ? partsOf(value) : []))
    .filter((secret) => secret.length >= 8)
    .sort((a, b) => b.length - a.length);
  return (text) => {
    const known = secrets.reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), text);
    return SHAPES.reduce((rest, [shape, instead]) => rest.replace(shape, instead), known);
  };
}

/** A secret as it is and as it is written into addresses and JSON; of a connection string or an address, the part that opens it, too. */
function partsOf(value: string): readonly string[] {
  const keys = [...value.matchAll(/(?:AccountKey|SharedAccessSignature|[?&](?:sig|code))=([^;&]+)/gi)].map(
    ([, key]) => key ?? '',
  );
  // Storage that is only for development has a key that everybody knows; it stands in logs like any other.
  return [value, ...keys].flatMap((one) => [one, encodeURIComponent(one), JSON.stringify(one).slice(1, -1)]);
}

type Print = (...parts: readonly unknown[]) => void;
const METHODS = ['debug', 'error', 'info', 'log', 'trace', 'warn'] as const;

/** Everything that this process prints, our log's lines and what libraries print on their own, goes through here. */
export function redactConsole(target: Record<(typeof METHODS)[number], Print>, redact: Redact): void {
  for (const method of METHODS) {
    const print = target[method].bind(target);
    target[method] = (...parts) => {
      print('%s', redact(format(...parts)));
    };
  }
}

/** An error that may leave the program: the host writes its name, message and stack into a log, and so no cause. */
export function redactedError(error: unknown, redact: Redact): Error {
  const given = error instanceof Error ? error : new Error(String(error));
  const safe = new Error(redact(given.message));
  safe.name = given.name;
  safe.stack = redact(given.stack ?? `${given.name}: ${given.message}`);
  return safe;
}
