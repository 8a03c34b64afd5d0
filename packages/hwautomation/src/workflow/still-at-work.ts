import { HwError, isHwError } from '../errors.ts'
import { inWords } from './duration.ts'

/** Work was told to stop and did not within the grace: it goes on, out of reach. */
export function wouldNotStop(what: string, graceMs: number, reason: unknown): HwError {
  return new HwError({
    code: 'workflow.would-not-stop',
    kind: 'unknown-outcome',
    message: `${what} was told to stop and did not within ${inWords(graceMs)}; it may still be working.`,
    hint: 'Check the device by hand before anything else is sent to it.',
    context: { graceMs },
    cause: reason,
  })
}

/** A section that must not be interrupted was not over in its time. */
export function criticalOverdue(name: string, withinMs: number): HwError {
  return new HwError({
    code: 'workflow.unknown-outcome',
    kind: 'unknown-outcome',
    message: `"${name}" must not be interrupted and was not over within ${inWords(withinMs)}; its outcome is not known.`,
    hint: 'Do not power-cycle the device; look whether it is still at it, and start a new run when it is done.',
    context: { critical: name, withinMs },
  })
}

/** True for the two above: nothing may be undone, powered off or sent, whatever else was wished. No other reason hides them. */
export function mayStillBeAtWork(error: unknown): error is HwError {
  return (
    isHwError(error) &&
    (error.code === 'workflow.would-not-stop' ||
      (error.code === 'workflow.unknown-outcome' && error.context['critical'] !== undefined))
  )
}
