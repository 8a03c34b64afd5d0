import { isHwError, HwError } from '../../errors.ts'
import { timestamp } from '../../clock.ts'
import type { Clock } from '../../clock.ts'
import { actionInfoSchema, readResource } from './resources.ts'
import { replyError } from './reply-error.ts'
import type { SystemResource } from './system.ts'
import type { RedfishReply } from './transport.ts'

/** The resets with an end state that can be read back. */
export type ResetType =
  | 'On'
  | 'ForceOn'
  | 'ForceOff'
  | 'GracefulShutdown'
  | 'GracefulRestart'
  | 'ForceRestart'
  | 'PowerCycle'

export interface ResetOptions {
  readonly signal?: AbortSignal | undefined
  /** Milliseconds on the injected clock until the state must be reached. Default 5 minutes. */
  readonly deadlineMs?: number
  /** Milliseconds on the injected clock between two looks. Default 2 s. */
  readonly pollMs?: number
}

export interface ResetOutcome {
  /** False: it was in that state already, nothing was sent or the BMC refused for that reason. */
  readonly changed: boolean
  /** What was read back. */
  readonly powerState: string
  readonly observedAt: string
}

/** What a reset needs of the client. */
export interface ResetPort {
  readonly host: string
  readonly clock: Clock
  readSystem(signal: AbortSignal | undefined): Promise<SystemResource>
  get(path: string, signal: AbortSignal | undefined): Promise<RedfishReply>
  post(path: string, body: object, signal: AbortSignal | undefined): Promise<RedfishReply>
}

/**
 * Resets the system and looks until it has happened: an acknowledgement proves nothing. Sent at most once. Where the answer
 * is lost, or the BMC refuses because of the state, what is read back decides.
 *
 * A restart is proved by seeing the system leave the state it was in (power, `PostState` of iLO, `BootProgress`) and be on
 * again; a BMC that shows neither leaves it `bmc.reset-unproved`.
 *
 * @throws HwError `bmc.reset-unsupported` (not among the allowable values; nothing sent), `bmc.reset-refused` (restart of a
 * system that is off; nothing sent), `bmc.reset-without-effect`, `bmc.reset-unproved`, and those of the transport
 */
export async function resetSystem(port: ResetPort, type: ResetType, options: ResetOptions = {}): Promise<ResetOutcome> {
  const { signal } = options
  const before = await port.readSystem(signal)
  const target = TARGETS[type]
  if (target !== 'restart' && isIn(before, target)) return outcome(port, false, before)
  if (target === 'restart' && isIn(before, 'Off')) throw offAlready(port, type)
  const action = await allowedAction(port, before, type, signal)

  const refusal = await send(port, action, type, signal)
  if (refusal && refusal.kind !== 'lost-contact-after-effect') {
    const now = await port.readSystem(signal)
    if (target !== 'restart' && isIn(now, target)) return outcome(port, false, now)
    throw refusal
  }
  const reached = await awaitEffect(port, before, target, options)
  if (reached) return outcome(port, true, reached)
  throw refusal ?? noEffect(port, type, target)
}

const TARGETS: Readonly<Record<ResetType, 'On' | 'Off' | 'restart'>> = {
  On: 'On',
  ForceOn: 'On',
  ForceOff: 'Off',
  GracefulShutdown: 'Off',
  GracefulRestart: 'restart',
  ForceRestart: 'restart',
  PowerCycle: 'restart',
}

function isIn(system: SystemResource, state: 'On' | 'Off'): boolean {
  return system.PowerState === state
}

/** The BMC's own list, in the action or behind its ActionInfo; a BMC without a list gets the benefit of the doubt. */
async function allowedAction(
  port: ResetPort,
  system: SystemResource,
  type: ResetType,
  signal: AbortSignal | undefined,
): Promise<string> {
  const action = system.Actions?.['#ComputerSystem.Reset']
  if (action === undefined) throw unsupported(port, type, [])
  const info = action['@Redfish.ActionInfo']
  const listed =
    action['ResetType@Redfish.AllowableValues'] ??
    (info === undefined ? undefined : await fromActionInfo(port, info, signal))
  if (listed !== undefined && !listed.includes(type)) throw unsupported(port, type, listed)
  return action.target
}

async function fromActionInfo(
  port: ResetPort,
  path: string,
  signal: AbortSignal | undefined,
): Promise<string[] | undefined> {
  const { Parameters } = readResource(await port.get(path, signal), actionInfoSchema)
  return Parameters.find(({ Name }) => Name === 'ResetType')?.AllowableValues
}

/** Undefined: acknowledged. */
async function send(
  port: ResetPort,
  path: string,
  type: ResetType,
  signal: AbortSignal | undefined,
): Promise<HwError | undefined> {
  try {
    return replyError(await port.post(path, { ResetType: type }, signal))
  } catch (error) {
    signal?.throwIfAborted()
    if (isHwError(error) && error.kind === 'lost-contact-after-effect') return error
    throw error
  }
}

/** A failed look is no failure before the deadline, unless looking again cannot help. */
async function awaitEffect(
  port: ResetPort,
  before: SystemResource,
  target: 'On' | 'Off' | 'restart',
  options: ResetOptions,
): Promise<SystemResource | undefined> {
  const { signal, deadlineMs = 300_000, pollMs = 2_000 } = options
  const deadline = port.clock.now() + deadlineMs
  let left = target !== 'restart'
  for (;;) {
    const now = await look(port, signal)
    if (now) {
      left ||= hasLeft(before, now)
      if (left && isIn(now, target === 'Off' ? 'Off' : 'On')) return now
    }
    const remaining = deadline - port.clock.now()
    if (remaining <= 0) return undefined
    await port.clock.sleep(Math.min(pollMs, remaining), signal)
  }
}

async function look(port: ResetPort, signal: AbortSignal | undefined): Promise<SystemResource | undefined> {
  try {
    return await port.readSystem(signal)
  } catch (error) {
    signal?.throwIfAborted()
    if (isHwError(error) && error.retryable && error.code !== 'bmc.session-lost') return undefined
    throw error
  }
}

function hasLeft(before: SystemResource, now: SystemResource): boolean {
  const states = (system: SystemResource): unknown[] => [
    system.PowerState,
    system.Oem?.Hpe?.PostState,
    system.BootProgress?.LastState,
  ]
  const [then, later] = [states(before), states(now)]
  return then.some((state, index) => state !== undefined && later[index] !== undefined && state !== later[index])
}

function outcome(port: ResetPort, changed: boolean, system: SystemResource): ResetOutcome {
  return { changed, powerState: system.PowerState ?? 'unknown', observedAt: timestamp(port.clock) }
}

function unsupported({ host }: ResetPort, type: ResetType, allowed: readonly string[]): HwError {
  return new HwError({
    code: 'bmc.reset-unsupported',
    kind: 'invalid',
    message: `The BMC at ${host} offers no ${type}; it offers ${allowed.join(', ') || 'no reset at all'}`,
    hint: 'Use one of those instead.',
    context: { host, type, allowed },
  })
}

function offAlready({ host }: ResetPort, type: ResetType): HwError {
  return new HwError({
    code: 'bmc.reset-refused',
    kind: 'conflict',
    message: `The system behind ${host} is off, so ${type} has nothing to restart`,
    hint: 'Power it on instead.',
    context: { host, type },
  })
}

function noEffect({ host }: ResetPort, type: ResetType, target: 'On' | 'Off' | 'restart'): HwError {
  if (target === 'restart') {
    const message = `The BMC at ${host} acknowledged ${type}, but the system was never seen to leave the state it was in`
    return new HwError({
      code: 'bmc.reset-unproved',
      kind: 'unknown-outcome',
      message,
      hint: 'Look at the console or the boot id of the host before repeating it.',
      context: { host, type },
    })
  }
  const message = `The BMC at ${host} acknowledged ${type}, but the system is not ${target} in time`
  return new HwError({
    code: 'bmc.reset-without-effect',
    kind: 'timeout',
    message,
    hint: 'Look at the console; ForceOff helps where an OS ignores a graceful shutdown.',
    context: { host, type },
  })
}
