/** Where ordered runs wait. A file of its own: naming the queue at the start must not load what reads its messages. */
export const RUN_QUEUE = 'hunt-runs';
