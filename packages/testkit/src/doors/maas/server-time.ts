/**
 * Milliseconds since the epoch on the wall, as clients that sign their requests know them. Lab time will not do: it may be
 * hours ahead, and OAuth timestamps are the client's own.
 */
export function wallNow(): number {
  return performance.timeOrigin + performance.now()
}
