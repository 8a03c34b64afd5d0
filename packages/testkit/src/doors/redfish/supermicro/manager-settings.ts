import type { Answer } from '../../../call.ts'
import type { Machine } from '../../../world/machine.ts'
import type { RedfishReply } from '../reply.ts'
import type { Resource } from '../resource.ts'
import { collection, tagged } from './body.ts'
import { base, fault, success } from './message.ts'

const MANAGER = '/redfish/v1/Managers/1'
/** Words of the privilege as libredfish and nv-redfish read them. */
const PRIVILEGES = ['Administrator', 'Operator', 'User', 'Callback'] as const

type Body = Readonly<Record<string, unknown>>

/** Links of `Managers/1` to what stands here (gofish's recorded manager of an X12). */
export const settingsLinks = {
  HostInterfaces: { '@odata.id': `${MANAGER}/HostInterfaces` },
  Oem: {
    Supermicro: {
      '@odata.type': '#SmcManagerExtensions.v1_0_0.Manager',
      KCSInterface: { '@odata.id': `${MANAGER}/Oem/Supermicro/KCSInterface` },
    },
  },
} as const

/** KCS control, the host interface and IPMI over the network. That a PATCH of them answers 200 and takes effect at once is assumed. */
export function settingsResources(machine: Machine): readonly Resource[] {
  const { settings } = machine.bmc
  return [
    {
      path: `${MANAGER}/Oem/Supermicro/KCSInterface`,
      GET: () =>
        tagged({
          '@odata.type': '#KCSInterface.v1_1_0.KCSInterface',
          '@odata.id': `${MANAGER}/Oem/Supermicro/KCSInterface`,
          Id: 'KCSInterface',
          Name: 'KCS Interface',
          Privilege: settings.kcsPrivilege,
        }),
      PATCH: ({ body }) =>
        patched(body, 'Privilege', (value) => {
          const wanted = PRIVILEGES.find((known) => known === value)
          return wanted === undefined ? undefined : () => void (settings.kcsPrivilege = wanted)
        }),
    },
    {
      path: `${MANAGER}/HostInterfaces`,
      GET: () => collection(`${MANAGER}/HostInterfaces`, 'HostInterface', 'Host Interface Collection', ['1']),
    },
    {
      path: `${MANAGER}/HostInterfaces/1`,
      GET: () =>
        tagged({
          '@odata.type': '#HostInterface.v1_3_0.HostInterface',
          '@odata.id': `${MANAGER}/HostInterfaces/1`,
          Id: '1',
          Name: 'Host Interface',
          HostInterfaceType: 'NetworkHostInterface',
          InterfaceEnabled: settings.hostInterface,
        }),
      PATCH: ({ body }) => flag(body, 'InterfaceEnabled', (on) => void (settings.hostInterface = on)),
    },
    {
      path: `${MANAGER}/NetworkProtocol`,
      GET: () =>
        tagged({
          '@odata.type': '#ManagerNetworkProtocol.v1_5_1.ManagerNetworkProtocol',
          '@odata.id': `${MANAGER}/NetworkProtocol`,
          Id: 'NetworkProtocol',
          Name: 'Manager Network Protocol',
          HTTPS: { ProtocolEnabled: true, Port: 443 },
          IPMI: { ProtocolEnabled: settings.ipmiOverLan, Port: 623 },
        }),
      PATCH({ body }) {
        const { IPMI: ipmi, ...others } = body
        const [other] = Object.keys(others)
        if (other !== undefined) return { reply: () => fault(400, base.propertyUnknown(other)) }
        return flag(isObject(ipmi) ? ipmi : {}, 'ProtocolEnabled', (on) => void (settings.ipmiOverLan = on))
      },
    },
  ]
}

function flag(body: Body, name: string, write: (on: boolean) => void): Answer<RedfishReply> {
  return patched(body, name, (value) => (typeof value === 'boolean' ? () => write(value) : undefined))
}

/** One property: unknown others, a missing one and a value that is none are refused. */
function patched(
  body: Body,
  name: string,
  effectOf: (value: unknown) => (() => void) | undefined,
): Answer<RedfishReply> {
  const [other] = Object.keys(body).filter((key) => key !== name)
  if (other !== undefined) return { reply: () => fault(400, base.propertyUnknown(other)) }
  if (!(name in body)) return { reply: () => fault(400, base.propertyMissing(name)) }
  const effect = effectOf(body[name])
  if (effect === undefined)
    return { reply: () => fault(400, base.valueNotInList(JSON.stringify(body[name]) ?? 'null', name)) }
  return { effect, reply: success }
}

function isObject(value: unknown): value is Body {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
