/** How many of a tool's hunts say the same of a device: its file, that it ran, that it talked. */
export interface Agreement {
  /** The hunts that have the device in their answer, the one that found it first. */
  readonly agree: readonly string[];
  readonly differ: readonly string[];
  /** Hunts that could not be asked. */
  readonly unknown: readonly string[];
}

/** 1: one hunt alone. A hunt that could not be asked counts for neither side. */
export const weightOf = (agreement: Agreement | undefined): number => agreement?.agree.length ?? 1;

/** Nobody else agrees, and everybody could be asked. */
export const standsAlone = (agreement: Agreement | undefined): boolean =>
  agreement?.agree.length === 1 && agreement.differ.length > 0 && agreement.unknown.length === 0;

/** `2 of 3 hunts agree` */
export function agreementWords({ agree, differ, unknown }: Agreement): string {
  const all = agree.length + differ.length + unknown.length;
  const asked = unknown.length === 0 ? '' : `; ${String(unknown.length)} could not be asked`;
  return `${String(agree.length)} of ${String(all)} hunts agree${asked}`;
}
