import type { ControlClient, ManagerSwitch } from '../control/client.ts'
import type { Ordered } from '../control/routes/orders.ts'
import { HwError } from '../errors.ts'
import { systemClock } from '../clock.ts'
import { approvedWords, heldWords, releasedWords } from '../report/order-words.ts'
import { runLines, switchLines } from '../report/status-lines.ts'
import { deskDoor, workingDoor, type AskingOptions, type Door } from './door.ts'
import { EXIT } from './exit.ts'
import { findRun } from './find-run.ts'
import { printJson, printLines, screen } from './print.ts'
import { seeThrough } from './see-through.ts'

export interface OrderOptions extends AskingOptions {
  readonly reason?: string
  /** False: hand it over and return. Only where another process does the work. */
  readonly follow?: boolean
}

/** `hwautomation cancel <server|id>` */
export async function cancel(meant: string, options: OrderOptions & { readonly withoutUndo?: boolean }): Promise<void> {
  await using door = await workingDoor(options)
  refuseToLeave(door, options)
  const id = await findRun(door.client, meant)
  const blindly = options.withoutUndo === true ? { withoutUndo: true } : {}
  const ordered = await door.client.cancel(id, { ...reasonOf(options), ...blindly })
  const { answer } = ordered
  if (answer === 'too-late') {
    const isSo = ordered.workflow.status === 'CANCELLED'
    tell('cancel', ordered, options, isSo ? 'It is CANCELLED already.' : 'Too late: the run has ended.')
    process.exitCode = isSo ? EXIT.done : EXIT.failed
    return
  }
  const words = answer === 'requested' ? 'Cancel requested.' : 'A cancel was requested before; the first wish counts.'
  tell('cancel', ordered, options, `${words} The machine is taken to a known state first.`)
  if (options.follow !== false)
    await seeThrough(door, id, { json: options.json === true, interrupt: 'cancels', cancelWanted: true })
}

export interface RetryOptions extends OrderOptions {
  readonly assume?: 'done' | 'not-done'
  readonly skip?: readonly string[]
  readonly key?: string
}

/** `hwautomation retry <server|id>` */
export function retry(meant: string, options: RetryOptions): Promise<void> {
  const { assume, skip, key } = options
  return begin(meant, 'retry', options, (client, id) =>
    client.retry(
      id,
      {
        ...reasonOf(options),
        ...(assume === undefined ? {} : { assume }),
        ...(skip === undefined ? {} : { skip }),
      },
      key === undefined ? {} : { idempotencyKey: key },
    ),
  )
}

/** `hwautomation restore-bios <server|id>` */
export function restoreBios(meant: string, options: OrderOptions): Promise<void> {
  return begin(meant, 'restore-bios', options, (client, id) => client.restoreBios(id, reasonOf(options)))
}

/** `hwautomation resume [server|id]`: without a name, the one run that nobody works on. */
export async function resume(meant: string | undefined, options: OrderOptions): Promise<void> {
  await using door = await workingDoor(options)
  refuseToLeave(door, options)
  const id = meant === undefined ? await onlyUnfinished(door.client) : await findRun(door.client, meant)
  await goOn(door, 'resume', await door.client.resume(id, reasonOf(options)), options)
}

/** `hwautomation approve <server|id>` */
export async function approve(meant: string, options: OrderOptions): Promise<void> {
  await using door = await deskDoor(options)
  const ordered = await door.client.approve(await findRun(door.client, meant), reasonOf(options))
  tell('approve', ordered, options, approvedWords(ordered.workflow, (await door.client.status()).state))
}

/** `hwautomation hold|release <server|id>` */
export async function holdOrRelease(what: 'hold' | 'release', meant: string, options: OrderOptions): Promise<void> {
  await using door = await deskDoor(options)
  const id = await findRun(door.client, meant)
  const ordered = await door.client[what](id, reasonOf(options))
  const { workflow } = ordered
  const words = what === 'hold' ? heldWords(workflow) : releasedWords(workflow, (await door.client.status()).state)
  tell(what, ordered, options, words)
}

/** `hwautomation skip <server|id> <step>` */
export async function skip(
  meant: string,
  step: string,
  options: AskingOptions & { readonly reason: string },
): Promise<void> {
  await using door = await deskDoor(options)
  const id = await findRun(door.client, meant)
  const ordered = await door.client.skip(id, { step, reason: options.reason })
  tell('skip', ordered, options, 'The step is left out when the run comes to it.')
}

/** `hwautomation pause|drain|proceed|hardware off|on` */
export async function throwSwitch(which: ManagerSwitch, options: OrderOptions): Promise<void> {
  await using door = await deskDoor(options)
  const { state } = await door.client.throwSwitch(which, reasonOf(options))
  if (options.json) return printJson({ type: 'state', ...state })
  const lines = switchLines({ state }, { ...screen(), now: systemClock.now() })
  printLines(lines.length === 0 ? ['Everything goes on: nothing is paused, hardware is on.'] : lines)
}

async function begin(
  meant: string,
  what: string,
  options: OrderOptions,
  order: (client: ControlClient, id: string) => Promise<Ordered>,
): Promise<void> {
  await using door = await workingDoor(options)
  refuseToLeave(door, options)
  await goOn(door, what, await order(door.client, await findRun(door.client, meant)), options)
}

async function goOn(door: Door, what: string, ordered: Ordered, options: OrderOptions): Promise<void> {
  const { id } = ordered.workflow
  if (options.follow === false) return tell(what, ordered, options, `Run ${id} goes on in process ${door.owner?.pid}.`)
  if (options.json) tell(what, ordered, options, '')
  await seeThrough(door, id, { json: options.json === true, interrupt: 'cancels' })
}

/** How a run is after what was asked of it, and what that comes to. */
export function tell(type: string, answer: Ordered, { json }: AskingOptions, words: string): void {
  if (json) return printJson(answer, type)
  printLines([...runLines(answer.workflow, { ...screen(), now: systemClock.now() }), '', words])
}

/** The work would end with this process. @throws HwError `cli.nobody-else` */
export function refuseToLeave({ owner }: Door, { follow }: Pick<OrderOptions, 'follow'>): void {
  if (follow !== false || owner !== undefined) return
  throw new HwError({
    code: 'cli.nobody-else',
    kind: 'invalid',
    message: 'No process works on the state directory: this one has to do it, and cannot return before it is done.',
    hint: 'Leave --no-follow out; SIGTERM lets go of the run.',
  })
}

async function onlyUnfinished(client: ControlClient): Promise<string> {
  const waiting = (await client.status()).workflows.filter(({ working }) => !working)
  const [only, ...others] = waiting
  if (only !== undefined && others.length === 0) return only.id
  const faults = waiting.map(({ id, server }) => `${id}  ${server}`)
  throw new HwError({
    code: only === undefined ? 'cli.no-such-run' : 'cli.ambiguous-run',
    kind: 'invalid',
    message:
      only === undefined
        ? 'There is no unfinished run that nobody works on.'
        : `${waiting.length} runs wait for somebody to go on with them: ${faults.join('; ')}.`,
    hint:
      only === undefined ? '`hwautomation status` shows how things are.' : 'Name one of them, by its id or its server.',
    context: { faults },
  })
}

function reasonOf({ reason }: OrderOptions): { readonly reason?: string } {
  return reason === undefined ? {} : { reason }
}
