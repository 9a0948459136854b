import type { Table } from '../../src/azure/table.ts';
import type { Fault } from './fault.ts';

/** A process that may be killed: from then on none of its requests arrives anywhere. */
export interface Life {
  dead: boolean;
}

/** A request on its way to storage. */
export interface Seen {
  /** What it asks for, to be read by people. */
  readonly what: string;
  /** What it writes; empty when it only reads. */
  readonly body: string;
}

/** What stands between one process and its storage. */
export interface Weather {
  readonly life: Life;
  readonly fault: (seen: Seen) => Fault | undefined;
  /** Called before a request is passed on; the request waits for it. */
  readonly hold?: (seen: Seen) => Promise<void>;
}

/** Where the scenarios of a lane keep their rows. */
export interface Storage {
  /** A fresh table with a baseline that has been told. */
  freshTable(): Promise<string>;
  dropTable(name: string): Promise<void>;
  /** The table as it is, in calm weather. */
  open(name: string): Table;
  /** The table as a process sees it. */
  behind(name: string, weather: Weather): Promise<{ readonly table: Table; readonly stop: () => void }>;
}
