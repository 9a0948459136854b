import type { Log } from '../../src/log.ts';

export const silentLog: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
