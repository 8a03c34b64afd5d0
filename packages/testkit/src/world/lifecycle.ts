import { randomUUID } from 'node:crypto'
import type { LabClock } from '../clock.ts'
import { applyPending } from './bios.ts'
import { sshKeyPair } from './identity.ts'
import type { JobRunner } from './jobs.ts'
import type { BiosState, Boot, BootPlan, HostKey, HostPhase, Machine } from './machine.ts'
import type { HardwareModel } from './model.ts'

/** Power and boot of one host: off → post (→ post) → booting → up. One transition is under way at most; a new order replaces it. */
export interface Lifecycle {
  readonly power: 'on' | 'off'
  readonly phase: HostPhase
  readonly powerChanging: boolean
  readonly boot: Boot | undefined
  readonly posts: number
  readonly lease: string | undefined
  powerOn(): void
  powerOff(): void
  powerCycle(): void
  reboot(): void
  shutDown(): void
  /** Up at once, as a machine that has been in use since before the lab began. */
  placeInUse(plan: BootPlan): void
}

/** Between off and on of a power cycle, as the chassis takes it (assumed). */
const CYCLE_GAP_MS = 1_000

/** `machine` is asked for late, since the machine is made around its lifecycle. */
export function createLifecycle(parts: {
  clock: LabClock
  model: HardwareModel
  bios: BiosState
  /** Where settings are applied by a job, and not by every POST. */
  jobs: JobRunner | undefined
  durations: Machine['durations']
  quirks: Machine['quirks']
  lease: () => string
  machine: () => Machine
  changed: () => void
}): Lifecycle {
  const { clock, model, bios, jobs, durations, quirks, changed } = parts
  let power: 'on' | 'off' = 'off'
  let phase: HostPhase = 'off'
  let boot: Boot | undefined
  let posts = 0
  let lease: string | undefined
  /** What is under way, and what it leads to. */
  let next: { readonly to: 'on' | 'off' | 'cycle' | 'boot'; cancel(): void } | undefined

  const then = (to: 'on' | 'off' | 'cycle' | 'boot', ms: number, action: () => void) => {
    next?.cancel()
    const cancel = clock.after(ms, () => {
      next = undefined
      action()
    })
    next = { to, cancel }
  }

  const enter = (newPhase: HostPhase) => {
    phase = newPhase
    power = newPhase === 'off' ? 'off' : 'on'
    if (newPhase === 'off' || newPhase === 'post') {
      boot = undefined
      jobs?.interrupt()
    }
    changed()
  }

  const waits = () => bios.pending.size > 0 || bios.loadDefaults

  const post = () => {
    posts += 1
    const staged = jobs === undefined && waits() && !quirks.biosPendingForever
    then('boot', durations.post, () => {
      jobs?.resetIfAsked()
      if (jobs?.begin() === true) return configure(jobs)
      if (staged && waits()) {
        applyPending(bios, model, new Date(clock.now()).toISOString())
        if (durations.extraPostOnBiosChange > 0) {
          // HPE's POST resets the host once more when settings need it; from outside it is one longer POST.
          posts += 1
          changed()
          then('boot', durations.extraPostOnBiosChange, bootUp)
          return
        }
      }
      bootUp()
    })
    enter('post')
  }

  /** A Lifecycle Controller applies what is staged, resets the host once more, and says so some time after that. */
  const configure = (runner: JobRunner) => {
    const half = durations.extraPostOnBiosChange / 2
    then('boot', half, () => {
      runner.apply()
      posts += 1
      changed()
      then('boot', half, () => {
        runner.finishIn(durations.jobSettle)
        bootUp()
      })
    })
  }

  const bootUp = () => {
    const plan = parts.machine().bootPlanner(parts.machine())
    if (plan.os === 'none') {
      enter('booting')
      return
    }
    boot = newBoot(plan)
    then('boot', durations.boot, up)
    enter('booting')
  }

  const up = () => {
    if (boot === undefined) return
    const { plan } = boot
    enter('up')
    plan.onUp?.()
    if (plan.os === 'poweroff' && phase === 'up' && next === undefined) powerOff()
  }

  const newBoot = (plan: BootPlan): Boot => {
    if (lease === undefined || quirks.newLeaseEachBoot) lease = parts.lease()
    let key: HostKey | undefined
    const { hostname } = parts.machine()
    return {
      bootId: randomUUID(),
      plan,
      address: lease,
      get hostKey() {
        return (key ??= sshKeyPair(`root@${hostname}`))
      },
    }
  }

  const powerOn = () => {
    if (power === 'on' ? next?.to !== 'off' : next?.to === 'on' || next?.to === 'cycle') return
    // A power-off that was under way has ended whatever it found: a boot begins anew, a system that is up stays.
    then('on', durations.powerOn, () => (phase === 'up' ? undefined : post()))
  }

  const powerOff = () => {
    if (power === 'off') {
      next?.cancel()
      next = undefined
      return
    }
    if (next?.to === 'off') return
    then('off', durations.powerOff, () => enter('off'))
  }

  return {
    get power() {
      return power
    },
    get phase() {
      return phase
    },
    get powerChanging() {
      return next !== undefined && next.to !== 'boot'
    },
    get boot() {
      return boot
    },
    get posts() {
      return posts
    },
    get lease() {
      return lease
    },
    powerOn,
    powerOff,
    powerCycle() {
      if (power === 'off') return powerOn()
      then('cycle', durations.powerOff, () => {
        then('cycle', CYCLE_GAP_MS + durations.powerOn, post)
        enter('off')
      })
    },
    reboot() {
      // A host that is being switched off is past listening.
      if (power === 'on' && next?.to !== 'off' && next?.to !== 'cycle') post()
    },
    shutDown() {
      if (phase === 'up') powerOff()
    },
    placeInUse(plan) {
      next?.cancel()
      next = undefined
      boot = newBoot(plan)
      enter('up')
    },
  }
}
