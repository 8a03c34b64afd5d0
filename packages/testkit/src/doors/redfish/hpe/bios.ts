import { createHash } from 'node:crypto'
import type { Answer } from '../../../call.ts'
import type { Machine } from '../../../world/machine.ts'
import type { BiosValue } from '../../../world/model.ts'
import type { RedfishReply } from '../reply.ts'
import { envelope } from './message.ts'

const BIOS = '/redfish/v1/systems/1/bios/'
const SETTINGS = `${BIOS}settings/`

/**
 * The resource in force: GET only, verdict of the last POST in `@Redfish.Settings`. `UnmodifiedETag` equals the settings'
 * `@odata.etag` exactly when nothing is pending (equal in a capture of iLO 5 2.96; the meaning is assumed).
 */
export function currentBios(machine: Machine): unknown {
  const { bios } = machine
  return {
    '@Redfish.Settings': {
      '@odata.type': '#Settings.v1_0_0.Settings',
      ETag: bios.lastAppliedAt === null ? '' : etagHex(`applied ${bios.lastAppliedAt}`).slice(0, 8).toUpperCase(),
      Messages: bios.messages,
      SettingsObject: { '@odata.id': SETTINGS },
      Time: bios.lastAppliedAt === null ? null : bios.lastAppliedAt.replace(/\.\d+Z$/, '+00:00'),
    },
    '@odata.context': '/redfish/v1/$metadata#Bios.Bios',
    '@odata.etag': `W/"${etagHex(`current ${JSON.stringify([...bios.current])} ${bios.lastAppliedAt ?? ''}`)}"`,
    '@odata.id': BIOS,
    '@odata.type': '#Bios.v1_0_4.Bios',
    Actions: {
      '#Bios.ResetBios': { target: `${SETTINGS}Actions/Bios.ResetBios/` },
    },
    AttributeRegistry: attributeRegistryId(machine),
    Attributes: Object.fromEntries(bios.current),
    Id: 'bios',
    Name: 'BIOS Current Settings',
    Oem: { Hpe: { SettingsObject: { UnmodifiedETag: settingsEtag(bios.current) } } },
  }
}

/** All keys always, pending values in place of those in force. */
export function biosSettings(machine: Machine): unknown {
  const attributes = new Map([...machine.bios.current, ...machine.bios.pending])
  return {
    '@odata.context': '/redfish/v1/$metadata#Bios.Bios',
    '@odata.etag': settingsEtag(attributes),
    '@odata.id': SETTINGS,
    '@odata.type': '#Bios.v1_0_4.Bios',
    AttributeRegistry: attributeRegistryId(machine),
    Attributes: Object.fromEntries(attributes),
    Id: 'settings',
    Name: 'BIOS Pending Settings',
  }
}

/**
 * Staging: always 200 and SystemResetRequired, for unknown names and nonsense too; the verdict comes with the next POST
 * (python-ilorest-library#91). A second write merges. `BaseConfig: default` asks for the defaults.
 */
export function stageBios(
  machine: Machine,
  body: Readonly<Record<string, unknown>>,
  ifMatch: string | undefined,
): Answer<RedfishReply> {
  const { bios } = machine
  const current = settingsEtag(new Map([...bios.current, ...bios.pending]))
  // iLO's registry has no message for it: envelope assumed.
  if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== current)
    return { reply: () => envelope(412, 'Base.1.12.PreconditionFailed') }
  const { Attributes: attributes, ...rest } = body
  const unknown = Object.keys(rest).find((name) => !name.startsWith('@odata.'))
  // Assumed: iLO accepts unknown attributes; of a property beside `Attributes` no answer was found.
  if (unknown !== undefined) return { reply: () => envelope(400, 'Base.1.12.PropertyUnknown', unknown) }
  if (attributes === null || typeof attributes !== 'object' || Array.isArray(attributes))
    return { reply: () => envelope(400, 'Base.1.12.PropertyMissing', 'Attributes') }
  return { effect: () => stage(machine, Object.entries(attributes)), reply: resetRequired }
}

/** `Bios.ResetBios`: body `{"ResetType":"default"}`. */
export function resetBios(machine: Machine, body: Readonly<Record<string, unknown>>): Answer<RedfishReply> {
  const type = body['ResetType']
  if (type === undefined)
    return { reply: () => envelope(400, 'Base.1.12.ActionParameterMissing', 'Bios.ResetBios', 'ResetType') }
  if (type !== 'default')
    return { reply: () => envelope(400, 'Base.1.12.ActionParameterNotSupported', 'ResetType', 'Bios.ResetBios') }
  return { effect: () => stage(machine, [['RestoreManufacturingDefaults', 'Yes']]), reply: resetRequired }
}

/** Encodes ROM family and version, so it changes with every ROM update: `BiosAttributeRegistryR11.v1_1_60`. */
export function attributeRegistryId(machine: Machine): string {
  return `BiosAttributeRegistry${machine.model.biosFamily}.v1_${machine.model.biosVersion.replace('.', '_')}`
}

function stage({ bios }: Machine, attributes: readonly (readonly [string, BiosValue])[]): void {
  for (const [name, value] of attributes) {
    if (name === 'BaseConfig' && value === 'default') bios.pending.set('RestoreManufacturingDefaults', 'Yes')
    else if (bios.current.get(name) === value) bios.pending.delete(name)
    else bios.pending.set(name, value)
  }
}

function resetRequired(): RedfishReply {
  return envelope(200, 'iLO.2.15.SystemResetRequired')
}

function settingsEtag(attributes: ReadonlyMap<string, BiosValue>): string {
  return `W/"${etagHex(JSON.stringify([...attributes]))}"`
}

function etagHex(text: string): string {
  return createHash('md5').update(text).digest('hex').toUpperCase()
}
