import { timestamp } from '../clock.ts'
import { stepOf } from './record-keeper.ts'
import type { RunScope } from './run-scope.ts'

/** What a step's record says of sections that must not be interrupted. */
export interface CriticalSections {
  /** An earlier process died inside of one, and it has not been gone through again yet. */
  isOpen(): boolean
  /**
   * Says durably that the step is inside while `work` runs; not any more when it has ended, however. While devices must not be touched
   * none begins; `signal` ends the wait for that.
   */
  during<T>(name: string, signal: AbortSignal, work: () => Promise<T>): Promise<T>
}

/** `onThrough` is called when a section that an earlier process died in has been gone through. */
export function criticalSections(
  run: Pick<RunScope, 'keeper' | 'clock' | 'leaving' | 'touching'>,
  step: string,
  onThrough: () => void,
): CriticalSections {
  const { keeper, clock, touching } = run
  let open = stepOf(keeper.record, step).critical !== undefined
  let depth = 0
  return {
    isOpen: () => open,
    async during(name, signal, work) {
      depth += 1
      try {
        while (stepOf(keeper.record, step).critical === undefined) {
          if (!touching.isAllowed()) await touching.allowed(signal)
          await keeper.step(step, (is) => ({ ...is, critical: { name, since: timestamp(clock) } }))
          if (!touching.isAllowed()) await keeper.step(step, ({ critical: _, ...is }) => is)
        }
        return await work()
      } finally {
        depth -= 1
        if (depth === 0 && run.leaving() === undefined && keeper.broken === undefined) {
          await keeper.step(step, ({ critical: _, ...is }) => is).catch(() => {}) // the next transition notices
          if (open) onThrough()
          open = false
        }
      }
    },
  }
}
