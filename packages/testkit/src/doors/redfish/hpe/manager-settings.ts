import type { Answer } from '../../../call.ts'
import type { Machine } from '../../../world/machine.ts'
import type { RedfishReply } from '../reply.ts'
import { envelope, success } from './message.ts'

/** `Oem.Hpe` of `Managers/1`: the settings that the lab has a truth for, beside them the licence (captured on iLO 5 2.96). */
export function managerSettings({ bmc }: Machine): Readonly<Record<string, unknown>> {
  return {
    License: { LicenseString: bmc.licence, LicenseType: 'Perpetual' },
    RequireHostAuthentication: bmc.settings.requireHostAuthentication,
    RequiredLoginForiLORBSU: bmc.settings.requireLoginForRbsu,
  }
}

const FLAGS = {
  RequireHostAuthentication: 'requireHostAuthentication',
  RequiredLoginForiLORBSU: 'requireLoginForRbsu',
} as const

/**
 * PATCH of `Managers/1`: `{"Oem":{"Hpe":{"RequireHostAuthentication":true}}}` (proliantutils, iLO 6 resource definitions). All or nothing;
 * that both take effect at once is assumed.
 */
export function patchManager({ bmc }: Machine, body: Readonly<Record<string, unknown>>): Answer<RedfishReply> {
  const { Oem: oem, ...others } = body
  const wanted = isObject(oem) && isObject(oem['Hpe']) ? oem['Hpe'] : {}
  const unknown = [...Object.keys(others), ...Object.keys(wanted).filter((name) => !(name in FLAGS))][0]
  if (unknown !== undefined) return { reply: () => envelope(400, 'iLO.2.15.PropertyNotWritableOrUnknown', unknown) }
  const mistyped = Object.entries(wanted).find(([, value]) => typeof value !== 'boolean')
  if (mistyped !== undefined) return { reply: () => wrongType(mistyped) }
  return {
    effect: () => {
      for (const [name, value] of Object.entries(wanted))
        bmc.settings[FLAGS[name as keyof typeof FLAGS]] = value === true
    },
    reply: success,
  }
}

/** `Managers/1/NetworkProtocol`, of its services the ones that a run asks for (captured on iLO 5 2.96). */
export function networkProtocol({ bmc }: Machine): unknown {
  return {
    '@odata.context': '/redfish/v1/$metadata#ManagerNetworkProtocol.ManagerNetworkProtocol',
    '@odata.id': '/redfish/v1/Managers/1/NetworkProtocol/',
    '@odata.type': '#ManagerNetworkProtocol.v1_0_0.ManagerNetworkProtocol',
    Id: 'NetworkProtocol',
    Name: 'Manager Network Protocol',
    HTTP: { Port: 80, ProtocolEnabled: true },
    HTTPS: { Port: 443, ProtocolEnabled: true },
    IPMI: { Port: 623, ProtocolEnabled: bmc.settings.ipmiOverLan },
    SSH: { Port: 22, ProtocolEnabled: true },
  }
}

/** PATCH of it; only IPMI is simulated. Assumed: it takes effect at once, where a real iLO may ask for a reset first. */
export function patchNetworkProtocol({ bmc }: Machine, body: Readonly<Record<string, unknown>>): Answer<RedfishReply> {
  const { IPMI: ipmi, ...others } = body
  const unknown = Object.keys(others)[0]
  const enabled = isObject(ipmi) ? ipmi['ProtocolEnabled'] : undefined
  if (unknown !== undefined || !isObject(ipmi))
    return { reply: () => envelope(400, 'iLO.2.15.PropertyNotWritableOrUnknown', unknown ?? 'IPMI') }
  if (typeof enabled !== 'boolean') return { reply: () => wrongType(['ProtocolEnabled', enabled]) }
  return { effect: () => void (bmc.settings.ipmiOverLan = enabled), reply: success }
}

/** The value is JSON inside the argument, as iLO quotes it. */
export function wrongType([name, value]: readonly [string, unknown]): RedfishReply {
  return envelope(400, 'Base.1.12.PropertyValueTypeError', JSON.stringify(value) ?? 'null', name)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
