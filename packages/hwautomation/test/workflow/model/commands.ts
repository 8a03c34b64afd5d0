import type { ApprovalWish } from '../../../src/workflow/approval.ts'
import type { RetryWish } from '../../../src/workflow/wishes.ts'
import type { Fault } from './devices.ts'
import type { Policy, Session } from './session.ts'

/** One move of a program: an operator's, the world's, time's, or death's. */
export type Command =
  | {
      readonly do: 'start'
      readonly machine: number
      readonly flow: number
      readonly key?: number
      readonly timeout?: string
      /** Somebody else must approve it: within that time, or whenever. */
      readonly approval?: '10m' | 'whenever'
    }
  | { readonly do: 'approve' | 'cancel' | 'hold' | 'release' | 'resume'; readonly run: number }
  | { readonly do: 'skip'; readonly run: number; readonly step: string }
  | {
      readonly do: 'retry'
      readonly run: number
      readonly assume?: 'done' | 'not-done'
      readonly skip?: boolean
      readonly key?: number
    }
  | { readonly do: 'pause' | 'drain' | 'proceed' | 'forbidHardware' | 'allowHardware' }
  | { readonly do: 'crash'; readonly policy: Policy; readonly concurrency: number }
  | {
      readonly do: 'close'
      readonly mode: 'detach' | 'cancel' | 'drain'
      readonly policy: Policy
      readonly concurrency: number
    }
  | { readonly do: 'break'; readonly machine: number; readonly call: string; readonly fault: Fault }
  | { readonly do: 'go'; readonly count: number; readonly picks: readonly number[] }
  | { readonly do: 'wait'; readonly seconds: number }

/** Makes the move; what was asked for goes on in the background. */
export async function make(session: Session, command: Command): Promise<void> {
  switch (command.do) {
    case 'go': {
      let turn = 0
      return session.go(command.count, () => command.picks[turn++ % Math.max(1, command.picks.length)] ?? 0)
    }
    case 'wait':
      return session.clock.advance(command.seconds * 1_000)
    case 'break':
      return session.machines.break(`m${command.machine}`, command.call, command.fault)
    case 'crash':
      await session.crash()
      return session.open(command.policy, command.concurrency)
    case 'close':
      await session.close(command.mode)
      return session.open(command.policy, command.concurrency)
    default:
      ask(session, command)
  }
}

function ask(session: Session, command: Exclude<Command, { do: 'go' | 'wait' | 'break' | 'crash' | 'close' }>): void {
  const { manager } = session
  if (command.do === 'start') return start(session, command)
  if (!('run' in command)) return turnSwitch(session, command.do)
  const run = newest(session, command)
  if (run === undefined) return
  const about = { run }
  switch (command.do) {
    case 'approve':
      return session.ask('approve', about, (by) => manager.approve(run, { by }))
    case 'cancel':
      return session.ask('cancel', about, (by) => manager.cancel(run, { by }))
    case 'hold':
      return session.ask('hold', about, (by) => manager.hold(run, { by }))
    case 'release':
      return session.ask('release', about, (by) => manager.release(run, { by }))
    case 'resume':
      return session.ask(
        'resume',
        about,
        (by) => manager.resume(run, { by }),
        (handle) => session.know(handle),
      )
    case 'skip':
      return session.ask('skip', about, (by) => manager.skip(run, command.step, { by }))
    case 'retry':
      return retry(session, run, command)
  }
}

/** Counted from the newest; for a retry or an approval from the newest that it fits, if there is one. */
function newest({ runs, monitor }: Session, { do: what, run }: Command & { readonly run: number }): string | undefined {
  const fits = (id: string) => {
    const { status = '', approval } = monitor.records.get(id) ?? {}
    if (what === 'approve') return approval !== undefined && approval.granted === undefined
    return what === 'retry' && ['FAILED', 'CANCELLED'].includes(status)
  }
  const fitting = runs.filter(fits)
  const of = fitting.length > 0 ? fitting : runs
  return of[of.length - 1 - (run % Math.max(1, of.length))]
}

function start(
  session: Session,
  { machine: at, flow, key: number, timeout, approval }: Command & { do: 'start' },
): void {
  const idempotencyKey = number === undefined ? undefined : `key-${number}`
  const workflow = session.workflow(`m${at}`, flow, timeout)
  const options = {
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(approval === undefined ? {} : { approval: approvalOf(approval) }),
  }
  session.ask(
    'start',
    idempotencyKey === undefined ? {} : { key: idempotencyKey },
    (by) => session.manager.start(workflow, { requestedBy: by, ...options }),
    (handle) => {
      session.know(handle)
      const { resource, definition } = handle.record()
      if (resource !== `m${at}` || definition.name !== workflow.definition.name)
        session.monitor.violations.push(
          `a start of ${workflow.definition.name} on m${at} gives ${definition.name} on ${resource}`,
        )
    },
  )
}

function approvalOf(within: '10m' | 'whenever'): ApprovalWish {
  return within === 'whenever' ? { reason: 'test' } : { reason: 'test', expiresIn: within }
}

function retry(session: Session, of: string, { assume, skip, key: number }: Command & { do: 'retry' }): void {
  const idempotencyKey = number === undefined ? undefined : `key-${number}`
  const wish: Omit<RetryWish, 'by'> = {
    ...(assume === undefined ? {} : { assume }),
    ...(skip === true ? { skip: ['extra'] } : {}),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  }
  // it holds from the wish on: the run begins before the wish is answered
  if (assume === 'not-done') session.monitor.mayShoot(of, 1)
  session.ask(
    'retry',
    { run: of, ...(idempotencyKey === undefined ? {} : { key: idempotencyKey }) },
    (by) => session.manager.retry(of, { by, ...wish }),
    (handle) => session.know(handle),
    () => assume === 'not-done' && session.monitor.mayShoot(of, -1),
  )
}

function turnSwitch(
  session: Session,
  action: 'pause' | 'drain' | 'proceed' | 'forbidHardware' | 'allowHardware',
): void {
  const { manager, monitor, life } = session
  // what is taken back ends with the wish, what is asked for begins with the answer
  if (action === 'drain' || action === 'proceed') monitor.paused = undefined
  if (action === 'allowHardware') monitor.hardwareOff = undefined
  const which = action.endsWith('Hardware') ? 'hardware' : 'intake'
  const mine = (session.switchWishes[which] += 1)
  session.ask(
    action,
    {},
    (by) => manager[action]({ by }),
    () => {
      if (life !== session.life || mine !== session.switchWishes[which]) return
      if (action === 'pause') monitor.paused = session.underWay()
      if (action === 'forbidHardware') monitor.hardwareOff = monitor.critical
    },
  )
}
