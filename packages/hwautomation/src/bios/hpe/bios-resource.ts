import { HwError } from '../../errors.ts'
import { attributeOf, sameValue } from '../configuration.ts'
import type { BiosBoard, BiosConfiguration, BiosValue } from '../configuration.ts'
import { attributesOf, isObject } from './bios-attributes.ts'
import type { JsonObject } from './bios-attributes.ts'
import { parseIlorestJson } from './ilorest-output.ts'

/** A message that iLO left about the last change. */
export interface BiosMessage {
  /** e.g. `Base.1.0.PropertyUnknown`. */
  readonly id: string
  readonly args: readonly string[]
  readonly related: readonly string[]
}

/** The BIOS resource of an iLO, current or settings, as `rawget` prints it. */
export interface HpeBiosResource {
  readonly type: string
  readonly path: string
  readonly registryId?: string
  readonly attributes: Readonly<Record<string, BiosValue>>
  /** `@odata.etag` of this resource. */
  readonly etag?: string
  /** Current resource only: the etag the settings resource has while nothing is pending. */
  readonly unmodifiedEtag?: string
  /** Current resource only: where to write. */
  readonly settingsPath?: string
  /** Current resource only: `@Redfish.Settings.Messages`, the verdict of the last POST that applied something. */
  readonly messages: readonly BiosMessage[]
  /** Current resource only: when those settings were applied, ISO 8601. */
  readonly appliedAt?: string
}

/**
 * Parses the output of `ilorest rawget /redfish/v1/systems/1/bios/` or of its `settings/`.
 * @throws HwError `bios.tool-output` when there is no JSON or no attributes in it
 */
export function parseBiosResource(output: string): HpeBiosResource {
  const parsed = parseIlorestJson(output)
  const body = isObject(parsed) ? parsed : parsed[0]
  if (body === undefined || !isObject(body['Attributes']))
    throw new HwError({
      code: 'bios.tool-output',
      kind: 'transient',
      message: 'The answer of iLOrest is not a BIOS resource: it has no Attributes.',
      hint: 'The BIOS provider of iLO is ready only some time after POST; try again, then look at `ilorest serverstate`.',
    })
  const settings = object(body['@Redfish.Settings'])
  const oem = object(object(object(body['Oem'])['Hpe'])['SettingsObject'])
  return {
    type: text(body['@odata.type']) ?? '#Bios.v1_0_0.Bios',
    path: text(body['@odata.id']) ?? '',
    attributes: attributesOf(body['Attributes']),
    messages: messagesOf(settings['Messages']),
    ...known({
      registryId: text(body['AttributeRegistry']),
      etag: text(body['@odata.etag']),
      unmodifiedEtag: text(oem['UnmodifiedETag']),
      settingsPath: text(object(settings['SettingsObject'])['@odata.id']),
      appliedAt: text(settings['Time']),
    }),
  }
}

/** As a configuration, with what is known of the board. */
export function configurationOfResource(
  resource: HpeBiosResource,
  board: BiosBoard,
  bootOrder?: readonly string[],
): BiosConfiguration {
  return {
    vendor: 'hpe',
    board,
    resource: { type: resource.type, path: resource.path },
    ...known({ registryId: resource.registryId }),
    attributes: resource.attributes,
    ...(bootOrder === undefined ? {} : { bootOrder }),
  }
}

/** A staged value that is not in force yet. */
export interface PendingSetting {
  readonly name: string
  readonly current: BiosValue
  readonly staged: BiosValue
}

/**
 * What waits for the next POST. HPE's settings resource mirrors every key, so pending is what differs; the etags tell
 * that something was staged even where the values are equal again.
 */
export function pendingSettings(
  current: HpeBiosResource,
  settings: HpeBiosResource,
): { touched: boolean; pending: PendingSetting[] } {
  const pending = Object.entries(settings.attributes)
    .filter(([name, staged]) => !sameValue(attributeOf(current, name), staged))
    .map(([name, staged]) => ({ name, current: attributeOf(current, name) ?? null, staged }))
  const etagsKnown = current.unmodifiedEtag !== undefined && settings.etag !== undefined
  return { touched: pending.length > 0 || (etagsKnown && current.unmodifiedEtag !== settings.etag), pending }
}

/**
 * The persistent boot order in the output of `rawget …/bios/boot/` (Gen10) or `…/bios/oem/hpe/boot/` (Gen11):
 * entries such as `NIC.Slot.1.1.IPv4`, first one first. Empty where the resource has none. Both paths, the property
 * `PersistentBootConfigOrder` and the form of its entries are assumed: no captured answer was at hand.
 */
export function parseBootOrder(output: string): readonly string[] {
  const parsed = parseIlorestJson(output)
  const order = isObject(parsed) ? parsed['PersistentBootConfigOrder'] : undefined
  return strings(order)
}

function messagesOf(value: unknown): BiosMessage[] {
  if (!Array.isArray(value)) return []
  return value.filter(isObject).flatMap((message) => {
    const id = text(message['MessageId']) ?? text(message['MessageID'])
    return id === undefined
      ? []
      : [{ id, args: strings(message['MessageArgs']), related: strings(message['RelatedProperties']) }]
  })
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => item !== null && typeof item !== 'object').map(String) : []
}

function object(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** The members that are known: absent ones are left out, not `undefined`. */
function known<Value>(members: Readonly<Record<string, Value | undefined>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(members).filter((entry): entry is [string, Value] => entry[1] !== undefined))
}
