import { formatTimespan, MINUTE, type Milliseconds } from '../time.ts';

/** How a table has been filled lately: by stretches of equal length, the oldest first. */
export interface TableFlow {
  readonly table: string;
  /** The newest row; absent: none as far back as was looked. */
  readonly latest?: Date;
  /** The longest time without a row before that, as far back as was looked. */
  readonly longestPause: Milliseconds;
  /** How far back was looked. */
  readonly looked: Milliseconds;
  /** Devices that the rows are of; absent where the table names none. */
  readonly devices?: number;
}

/** What a hunt could see at a run's clock. */
export interface Sight {
  /** Devices that sent anything to the hunt's tables; absent where that is not known. */
  readonly reporting?: number;
  /** Why it sees nothing new, whatever its answer says. */
  readonly blind?: { readonly code: 'blind-hunt'; readonly message: string };
}

/** Pauses at night and between small deliveries are no silence: half as long again as the longest of late is. */
const SLACK = 1.5;

export function sightOf(flows: readonly TableFlow[], asOf: Date, blindAfter: Milliseconds): Sight {
  const silent = flows.filter((flow) => isSilent(flow, asOf, blindAfter));
  const devices = flows.flatMap(({ devices: of }) => of ?? []);
  const reporting = devices.length === 0 ? {} : { reporting: devices.reduce((a, b) => Math.max(a, b)) };
  if (silent.length === 0) return reporting;
  return { ...reporting, blind: { code: 'blind-hunt', message: silent.map(inWords).join(' ') } };
}

function isSilent({ latest, longestPause }: TableFlow, asOf: Date, blindAfter: Milliseconds): boolean {
  if (!latest) return true;
  return asOf.getTime() - latest.getTime() > Math.max(blindAfter, SLACK * longestPause);
}

const inWords = ({ table, latest, looked, longestPause }: TableFlow): string =>
  latest
    ? `${table} has received nothing since ${latest.toISOString()}; of late it was never silent for longer than ${minutes(longestPause)}.`
    : `${table} has received nothing for ${formatTimespan(looked)}.`;

const minutes = (length: Milliseconds): string => {
  const whole = Math.max(1, Math.ceil(length / MINUTE));
  return whole === 1 ? 'a minute' : `${String(whole)} minutes`;
};
