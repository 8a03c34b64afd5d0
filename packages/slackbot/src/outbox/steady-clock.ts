import type { Clock } from 'hwautomation'

/** The same clock, but its time never goes back: where the wall clock is set back by an hour, nothing here stands still for an hour. */
export function steadyClock(clock: Clock): Clock {
  let latest = clock.now()
  let ahead = 0
  return {
    now() {
      const now = clock.now() + ahead
      if (now >= latest) return (latest = now)
      ahead += latest - now
      return latest
    },
    sleep: (ms, signal) => clock.sleep(ms, signal),
  }
}
