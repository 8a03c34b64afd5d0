import type { Lab } from '@hwautomation/testkit'
import { isTool, type Moment } from './scenario.ts'
import type { Worker } from './worker.ts'

type CallMoment = Extract<Moment, { at: 'call' }>

/** A process on its way to be killed. */
export interface Killing {
  /** Resolves when it is dead; lab time stands still from then on. */
  readonly dead: Promise<void>
  /** Lets lab time go on. */
  readonly release: () => void
}

/** Kills the process at that moment. Calls are counted from now on; a write must have been asked of its store (`Job.hold`). */
export function killAt(
  moment: Moment | ((kill: () => void) => void),
  { lab, worker }: { readonly lab: Lab; readonly worker: Worker },
): Killing {
  let release = () => {}
  const dead = new Promise<void>((resolve, reject) => {
    const kill = async () => {
      release = lab.clock.holdStill()
      await worker.kill()
    }
    const killNow = () => void kill().then(resolve, reject)
    if (typeof moment === 'function') return moment(killNow)
    if (moment.at === 'call') return armCall(moment, lab, killNow)
    worker.on((report) => report.is === 'held' && killNow())
  })
  return { dead, release: () => release() }
}

/** No `await` lies between the arrival of a call and the kill, so nothing of its answer reaches a process that could still act upon it. */
function armCall({ call, nth, when }: CallMoment, lab: Lab, kill: () => void): void {
  if (nth > 1) lab.faults.times(nth - 1, { call, mode: 'intervention', act: () => {} })
  // A tool on a host goes on when nobody listens: killed at its start, long before its effect, or at its end, before its output is read.
  const atOnce = isTool(call) ? when === 'before-effect' : when !== 'after-reply'
  if (!atOnce) lab.faults.once({ call, mode: 'intervention', afterwards: kill })
  else if (when === 'before-effect' && !isTool(call)) lab.faults.once({ call, mode: 'hang', act: kill })
  else lab.faults.once({ call, mode: 'intervention', act: kill })
}
