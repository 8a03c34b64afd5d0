import { HwError, isHwError } from '../errors.ts'
import { Commissioning, type MachineEvent } from './capabilities.ts'
import type { MachineState } from './machine-state.ts'
import type { Acting } from './provisioning.ts'

/** Events that follow an operation of ours within a second; a machine that is commissioned writes about 40 (MAAS 3.3, recorded). */
const READ_WITHIN_MS = 30_000

/**
 * Looks, after an operation that MAAS accepted, whether it met the machine as we had read it: MAAS has no compare-and-set, and what somebody
 * did between our read and our call shows in nothing but its events (DEBUG «Node changed status», "From 'Ready' to 'Commissioning'").
 * @returns the status that the operation really ended, where it is another one
 */
export function metInstead(
  events: readonly MachineEvent[],
  { into, from }: { readonly into: string; readonly from: string },
): string | undefined {
  const change = events.findLast((event) => changeOf(event)?.to === into)
  const met = change && changeOf(change)?.from
  return met === undefined || met === from ? undefined : met
}

/** Who asked for the last commissioning, by DEBUG «User starting node commissioning», "(admin)"; undefined where no event says so. */
export function commissionedBy(events: readonly MachineEvent[]): string | undefined {
  const asked = events.findLast(({ type }) => type === 'User starting node commissioning')
  return /^\((?<user>[^)]+)\)/.exec(asked?.description ?? '')?.groups?.['user']
}

function changeOf({ type, description }: MachineEvent): { readonly from: string; readonly to: string } | undefined {
  if (type !== 'Node changed status') return undefined
  const words = /^From '(?<from>[^']+)' to '(?<to>[^']+)'/.exec(description)?.groups
  return words && { from: words['from']!, to: words['to']! }
}

/** The newest event, for a marker; null where it cannot be read: then nothing is looked at afterwards, and a warning says so. */
export async function newestEvent(ctx: Acting): Promise<number | null> {
  return calmly(ctx, async () => (await ctx.use(Commissioning).newestEvent(ctx.signal)) ?? 0, null)
}

/** The events since then, oldest first; empty where they cannot be read. */
export async function eventsSince(ctx: Acting, event: number | null): Promise<readonly MachineEvent[]> {
  if (event === null) return []
  return calmly(ctx, () => ctx.use(Commissioning).eventsSince(event, ctx.signal), [])
}

/**
 * Says who lost the machine to us, durably, so that nothing more is done to it, and throws.
 * @throws HwError `machine.taken`
 */
export async function handsOff(ctx: Acting, machine: MachineState, met: string): Promise<never> {
  await ctx.effect({ effect: 'machine.hands-off', key: met, act: async () => {} })
  ctx.leaveBehind(
    `${machine.hostname} in MAAS: it was ${met} when our request came, and is now ${machine.statusName} and ours`,
    'Tell its user. From Allocated MAAS does not leave rescue mode by itself: exit rescue mode, switch it off, then mark it broken and fixed, and allocate it again.',
  )
  throw new HwError({
    code: 'machine.taken',
    kind: 'conflict',
    retryable: false,
    message: `Somebody made ${machine.hostname} ${met} in the moment between our look and our request; MAAS let ours through all the same.`,
    hint: 'Find out in the MAAS events who acted; nothing more was done to the machine.',
    context: { met, status: machine.statusName },
  })
}

/** The met status of a machine that nothing more may be done to, where there is one. */
export function leftAlone(ctx: Pick<Acting, 'intents'>): string | undefined {
  return ctx.intents.find(({ effect }) => effect === 'machine.hands-off')?.key
}

async function calmly<T>(ctx: Acting, read: () => Promise<T>, otherwise: T): Promise<T> {
  const end = ctx.clock.now() + READ_WITHIN_MS
  for (;;) {
    try {
      return await read()
    } catch (error) {
      ctx.signal.throwIfAborted()
      if (isHwError(error) && error.retryable && ctx.clock.now() < end) {
        await ctx.clock.sleep(5_000, ctx.signal)
        continue
      }
      ctx.warn(
        'machine.events-unread',
        `MAAS’s events of ${ctx.request.hostname} could not be read, so nobody looked whether somebody else acted at the same moment: ${error instanceof Error ? error.message : String(error)}`,
      )
      return otherwise
    }
  }
}
