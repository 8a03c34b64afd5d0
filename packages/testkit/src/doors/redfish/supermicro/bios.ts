import type { Answer } from '../../../call.ts'
import type { Machine } from '../../../world/machine.ts'
import type { BiosValue } from '../../../world/model.ts'
import type { RedfishReply } from '../reply.ts'
import { biosAttributeNames, fromRedfish, toRedfish, type BiosAttributeName } from './bios-names.ts'
import { tagged } from './body.ts'
import { accepted, base, fault, success } from './message.ts'

export const BIOS = '/redfish/v1/Systems/1/Bios'
export const BIOS_REGISTRY = 'BiosAttributeRegistry.v1_0_0'

/** What is in force. */
export function currentBios(machine: Machine): Readonly<Record<string, unknown>> {
  const { current } = machine.bios
  return tagged({
    '@odata.type': '#Bios.v1_1_1.Bios',
    '@odata.id': BIOS,
    Id: 'Bios',
    Name: 'BIOS Configuration Current Settings',
    AttributeRegistry: BIOS_REGISTRY,
    Attributes: attributes(machine, (path) => current.get(path)),
    Actions: { '#Bios.ResetBios': { target: `${BIOS}/Actions/Bios.ResetBios` } },
    '@Redfish.Settings': {
      '@odata.type': '#Settings.v1_3_0.Settings',
      SettingsObject: { '@odata.id': `${BIOS}/SD` },
    },
  })
}

/** What waits for the next boot: only the changed keys. Assumed: also those that a tool has staged from the host. */
export function pendingBios(machine: Machine): Readonly<Record<string, unknown>> {
  const { pending } = machine.bios
  return tagged({
    '@odata.type': '#Bios.v1_1_1.Bios',
    '@odata.id': `${BIOS}/SD`,
    Id: 'SD',
    Name: 'BIOS Configuration Pending Settings',
    AttributeRegistry: BIOS_REGISTRY,
    Attributes: attributes(machine, (path) => pending.get(path)),
  })
}

/**
 * PATCH of `Bios` (the guide) and of `Bios/SD` (later firmware, other clients): 202, checked at once and merged into what waits.
 * Names without their question id are taken where only one fits, as in the guide's example. `@Redfish.SettingsApplyTime` is unknown
 * (bmclib#458). Assumed: 412 for an etag that does not match, and that dependencies are left to POST.
 */
export function stageBios(
  machine: Machine,
  body: Readonly<Record<string, unknown>>,
  ifMatch: string | undefined,
  etag: unknown,
): Answer<RedfishReply> {
  if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== etag) return refuse(412, base.preconditionFailed())
  const { Attributes: wanted, ...others } = body
  const [other] = Object.keys(others)
  if (other !== undefined) return refuse(400, base.propertyUnknown(other))
  if (wanted === null || typeof wanted !== 'object' || Array.isArray(wanted))
    return refuse(400, base.propertyMissing('Attributes'))
  const names = biosAttributeNames(machine)
  const staged = new Map<string, BiosValue>()
  for (const [name, sent] of Object.entries(wanted)) {
    const found = attributeOf(names, name)
    if (found === undefined) return refuse(400, base.propertyUnknown(name))
    const received = fromRedfish(found, sent)
    if ('fault' in received) {
      const word = received.fault === 'type' ? base.valueType : base.valueNotInList
      return refuse(400, word(JSON.stringify(sent) ?? 'null', name))
    }
    staged.set(found.placed.path, received.value)
  }
  const { current, pending } = machine.bios
  return {
    effect() {
      for (const [path, value] of staged)
        if (current.get(path) === value) pending.delete(path)
        else pending.set(path, value)
    },
    reply: accepted,
  }
}

/** `Bios.ResetBios`: 200, and the defaults after a reset. */
export function resetBios({ bios }: Machine): Answer<RedfishReply> {
  return {
    effect() {
      bios.pending.clear()
      bios.loadDefaults = true
    },
    reply: success,
  }
}

function attributes(
  machine: Machine,
  valueOf: (path: string) => BiosValue | undefined,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    biosAttributeNames(machine).flatMap((attribute) => {
      const value = valueOf(attribute.placed.path)
      return value === undefined ? [] : [[attribute.name, toRedfish(attribute, value)] as const]
    }),
  )
}

function attributeOf(names: readonly BiosAttributeName[], wanted: string): BiosAttributeName | undefined {
  const exact = names.find(({ name }) => name === wanted)
  if (exact !== undefined) return exact
  const [only, ...more] = names.filter(({ bare }) => bare === wanted)
  return more.length === 0 ? only : undefined
}

function refuse(status: number, entry: Parameters<typeof fault>[1]): Answer<RedfishReply> {
  return { reply: () => fault(status, entry) }
}
