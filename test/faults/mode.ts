/**
 * `slot`: the timer's run alone. `overlap`: a run on demand at the same time, in another process. `lease`: the first
 * run stands still before it remembers anything until its lease has run out and another run has come and gone.
 * `begin`: so does it before it says that it is at work; its call gives up meanwhile, and its message is delivered again.
 */
export type Mode = 'slot' | 'overlap' | 'lease' | 'begin';
export const MODES: readonly Mode[] = ['slot', 'overlap', 'lease', 'begin'];
