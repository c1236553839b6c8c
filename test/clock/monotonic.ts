/** How long things take; says nothing of the day. */

/** Milliseconds since some moment in the past, the same one for all processes of this machine. */
export const monotonic = (): number => Number(process.hrtime.bigint()) / 1e6
