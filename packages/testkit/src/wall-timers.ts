/** setTimeout overflows above this and would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

export interface WallTimers {
  /** Runs `action` after `ms`, without keeping the process alive. Returns a function that takes it back. */
  unref(ms: number, action: () => void): () => void
  /** Resolves after `ms`, or as soon as `until` aborts. */
  wait(ms: number, until?: AbortSignal): Promise<void>
  /** Ends all waits and runs all actions now. */
  clear(): void
}

/** The wall's timers of one clock; together with the clock the only place of this package that touches setTimeout. */
export function createWallTimers(): WallTimers {
  const pending = new Map<NodeJS.Timeout, () => void>()
  const start = (ms: number, action: () => void): (() => void) => {
    const timer = setTimeout(
      () => {
        pending.delete(timer)
        action()
      },
      Math.min(Math.max(ms, 0), LONGEST_TIMER_MS),
    )
    timer.unref()
    pending.set(timer, action)
    return () => {
      clearTimeout(timer)
      pending.delete(timer)
    }
  }
  return {
    unref: start,
    wait: (ms, until) =>
      new Promise<void>((resolve) => {
        if (until?.aborted) return resolve()
        const end = () => {
          stop()
          until?.removeEventListener('abort', end)
          resolve()
        }
        const stop = start(ms, end)
        until?.addEventListener('abort', end)
      }),
    clear() {
      for (const [timer, action] of pending) {
        clearTimeout(timer)
        action()
      }
      pending.clear()
    },
  }
}
