/** The wall's time, milliseconds since the epoch: for signatures, which the app compares with its own clock. */
export function wallNow(): number {
  return Math.floor(performance.timeOrigin + performance.now())
}
