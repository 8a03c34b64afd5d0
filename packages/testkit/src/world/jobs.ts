import type { LabClock } from '../clock.ts'
import { applyStaged } from './apply-staged.ts'
import { jobMessage, jobNames } from './job-words.ts'
import type { BiosState } from './machine.ts'
import type { BiosValue, HardwareModel } from './model.ts'

/** Of the job itself, in racadm's words. */
export type JobStatus =
  | 'New'
  | 'Scheduled'
  | 'Running'
  | 'Completed'
  | 'Completed with Errors'
  | 'Failed'
  | 'Reboot Pending'
  | 'Reboot Completed'

export type JobType =
  | 'BIOSConfiguration'
  | 'ImportConfiguration'
  | 'ExportConfiguration'
  | 'RebootPowerCycle'
  | 'RebootNoForce'
  | 'RebootForce'

/** One entry of a Lifecycle Controller's queue. */
export interface Job {
  /** `JID_` or, for a reboot, `RID_`, and twelve digits. */
  readonly id: string
  readonly type: JobType
  readonly name: string
  readonly status: JobStatus
  readonly message: { readonly id: string; readonly text: string }
  readonly percent: number
  /** Lab milliseconds. */
  readonly createdAt: number
  readonly startedAt?: number
  readonly completedAt?: number
}

/** How the next jobs that change the BIOS end; a person makes them so. */
export type JobEnding = 'completes' | 'fails' | 'fails in part'

/**
 * The job queue of a Dell server: one job at a time changes the BIOS, and until it is over nothing else may be staged. It waits
 * for a POST, runs during it, and is over some time after the settings are in force.
 */
export interface JobQueue {
  /** Oldest first. */
  readonly all: readonly Job[]
  find(id: string): Job | undefined
  /** The job that waits for a POST or runs; staging is refused meanwhile. */
  readonly underWay: Job | undefined
  /** Ids are given before a job exists, as an answer that is lost may have named one. */
  newId(kind: 'JID' | 'RID'): string
  /** A job for what is staged, at the next POST. */
  schedule(id: string, type?: 'BIOSConfiguration' | 'ImportConfiguration'): void
  /** The import of a profile: at work for `ms`, then `staged` is staged and waits for a POST, or all is as it was already. */
  import(id: string, staged: ReadonlyMap<string, BiosValue>, ms: number, rejected: number): void
  /** A job that is over already: an export, an import that was refused. */
  record(id: string, job: Pick<Job, 'type' | 'status' | 'message'>): void
  /** A reboot that was ordered; `done` is called when it has happened. */
  reboot(id: string, type: 'RebootPowerCycle' | 'RebootNoForce' | 'RebootForce'): { done(): void }
  /** False for a job that runs: it can't be deleted. With a job that waits goes what was staged. */
  remove(id: string): boolean
  /** The whole queue; `force` takes a running job too. */
  clear(force: boolean): void
}

/** What POST does with the queue. */
export interface JobRunner extends JobQueue {
  /** Puts the defaults back if a POST was to do so. */
  resetIfAsked(): void
  /** A POST has got as far as the Lifecycle Controller: true if it has settings to apply now. */
  begin(): boolean
  /** The settings are in force. */
  apply(): void
  /** `ms` later the job is over. */
  finishIn(ms: number): void
  /** The host lost power or was reset under a running job. */
  interrupt(): void
}

/**
 * An empty queue. Names and messages as racadm and iDRAC9's Redfish service show them (Microsoft's and RackHD's captures of
 * `racadm jobqueue view`; dell/iDRAC-Redfish-Scripting). Assumed: that a job fails when its host loses power or is reset
 * under it, that what a failed or deleted job had staged is dropped, names of graceful reboots, and that an import without
 * reboot is `Scheduled` until the POST it needs.
 */
export function createJobQueue(parts: {
  clock: LabClock
  model: HardwareModel
  bios: BiosState
  quirks: { readonly biosPendingForever: boolean; readonly jobEnding: JobEnding }
}): JobRunner {
  const { clock, model, bios, quirks } = parts
  const jobs: Job[] = []
  let lastNumber = 0
  /** Attributes that an import could not take: its job ends with errors. */
  let rejectedOfImport = 0
  let stopTimer: (() => void) | undefined

  const change = (id: string, changes: Partial<Job>): void => {
    const at = jobs.findIndex((job) => job.id === id)
    const old = jobs[at]
    if (old !== undefined) jobs[at] = { ...old, ...changes }
  }
  const add = (id: string, job: Omit<Job, 'id' | 'name' | 'createdAt'>): void =>
    void jobs.push({ id, name: jobNames[job.type], createdAt: clock.now(), ...job })
  const underWay = (): Job | undefined =>
    jobs.find(
      ({ type, status }) =>
        (type === 'BIOSConfiguration' || type === 'ImportConfiguration') &&
        (status === 'New' || status === 'Scheduled' || status === 'Running'),
    )
  const after = (ms: number, action: () => void): void => {
    stopTimer?.()
    stopTimer = clock.after(ms, () => {
      stopTimer = undefined
      action()
    })
  }
  const end = (job: Job, status: 'Completed' | 'Completed with Errors' | 'Failed', messageId: string): void => {
    stopTimer?.()
    stopTimer = undefined
    rejectedOfImport = 0
    // 100 stands on failed jobs too.
    change(job.id, { status, message: jobMessage(messageId), percent: 100, completedAt: clock.now() })
  }
  const endAs = (job: Job, how: JobEnding): void => {
    const isImport = job.type === 'ImportConfiguration'
    if (how === 'fails') end(job, 'Failed', isImport ? 'SYS051' : 'PR21')
    else if (how === 'fails in part' || rejectedOfImport > 0)
      end(job, 'Completed with Errors', isImport ? 'SYS055' : 'JCP008')
    else end(job, 'Completed', isImport ? 'SYS053' : 'PR19')
  }

  return {
    get all() {
      return jobs
    },
    get underWay() {
      return underWay()
    },
    find: (id) => jobs.find((job) => job.id === id),
    newId(kind) {
      // Hundredths of a second, which never repeat: the order of ids is the order of orders.
      lastNumber = Math.max(lastNumber + 1, Math.floor(clock.now() / 10) % 1e12)
      return `${kind}_${String(lastNumber).padStart(12, '0')}`
    },
    schedule(id, type = 'BIOSConfiguration') {
      if (underWay() === undefined) add(id, { type, status: 'Scheduled', message: jobMessage('JCP001'), percent: 0 })
    },
    import(id, staged, ms, rejected) {
      if (underWay() !== undefined) return
      add(id, {
        type: 'ImportConfiguration',
        status: 'Running',
        message: jobMessage('SYS058'),
        percent: 1,
        startedAt: clock.now(),
      })
      rejectedOfImport = rejected
      after(ms, () => {
        const job = jobs.find((candidate) => candidate.id === id)
        if (job === undefined) return
        for (const [name, value] of staged) bios.pending.set(name, value)
        if (staged.size > 0) change(id, { status: 'Scheduled', message: jobMessage('JCP001'), percent: 20 })
        else if (rejected > 0) endAs(job, 'fails in part')
        else end(job, 'Completed', 'SYS069')
      })
    },
    record: (id, job) => add(id, { ...job, percent: 100, startedAt: clock.now(), completedAt: clock.now() }),
    reboot(id, type) {
      add(id, { type, status: 'Reboot Pending', message: jobMessage('JCP001'), percent: 0 })
      return {
        done: () =>
          change(id, {
            status: 'Reboot Completed',
            message: { id: 'RED030', text: 'Reboot is complete.' },
            percent: 100,
            completedAt: clock.now(),
          }),
      }
    },
    remove(id) {
      const job = jobs.find((candidate) => candidate.id === id)
      if (job === undefined || job.status === 'Running') return false
      if (job === underWay()) bios.pending.clear()
      jobs.splice(jobs.indexOf(job), 1)
      return true
    },
    clear(force) {
      const running = jobs.filter(({ status }) => status === 'Running')
      if (force || running.length === 0) {
        stopTimer?.()
        stopTimer = undefined
        bios.pending.clear()
      }
      jobs.splice(0, jobs.length, ...(force ? [] : running))
    },
    resetIfAsked() {
      if (bios.resetPending !== true) return
      bios.resetPending = false
      for (const attribute of model.biosAttributes)
        if (attribute.readOnly !== true && attribute.ownOnly !== true)
          bios.current.set(attribute.name, attribute.default)
    },
    begin() {
      const job = underWay()
      if (job === undefined || job.status !== 'Scheduled') return false
      if (quirks.biosPendingForever) {
        // Stuck for good, as OpenStack's sushy-oem-idrac knows it.
        change(job.id, { message: jobMessage('PR30'), percent: 1 })
        return false
      }
      const message = jobMessage(job.type === 'ImportConfiguration' ? 'SYS058' : 'PR20')
      change(job.id, { status: 'Running', message, percent: 1, startedAt: clock.now() })
      return true
    },
    apply() {
      const job = underWay()
      if (job === undefined) return
      if (quirks.jobEnding !== 'fails') applyStaged(bios, model, quirks.jobEnding === 'fails in part')
      bios.pending.clear()
      bios.lastAppliedAt = new Date(clock.now()).toISOString()
    },
    finishIn(ms) {
      const job = underWay()
      if (job === undefined) return
      change(job.id, { percent: 90 })
      after(ms, () => endAs(job, quirks.jobEnding))
    },
    interrupt() {
      const job = underWay()
      if (job?.status !== 'Running') return
      bios.pending.clear()
      end(job, 'Failed', job.type === 'ImportConfiguration' ? 'SYS051' : 'PR21')
    },
  }
}
