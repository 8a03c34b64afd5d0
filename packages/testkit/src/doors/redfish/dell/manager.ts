import type { Answer } from '../../../call.ts'
import { idracAttributes } from '../../../world/idrac-attributes.ts'
import type { Machine } from '../../../world/machine.ts'
import type { RedfishReply } from '../reply.ts'
import { missingProperty, notInList, success, unknownProperty, wrongType } from './message.ts'
import { ATTRIBUTES, JOBS, link, MANAGER, SYSTEM } from './paths.ts'

/** The iDRAC. Its UUID is the system's with all bytes reversed (captured). */
export function managerResource({ model, bmc }: Machine): unknown {
  return {
    '@odata.context': '/redfish/v1/$metadata#Manager.Manager',
    '@odata.id': MANAGER,
    '@odata.type': '#Manager.v1_17_0.Manager',
    Id: 'iDRAC.Embedded.1',
    Name: 'Manager',
    Description: 'BMC',
    ManagerType: 'BMC',
    Model: model.product === 'PowerEdge R640' ? '14G Monolithic' : '15G Monolithic',
    FirmwareVersion: bmc.firmwareVersion,
    UUID: bmc.uuid,
    PowerState: 'On',
    Status: { Health: 'OK', State: 'Enabled' },
    EthernetInterfaces: link(`${MANAGER}/EthernetInterfaces`),
    NetworkProtocol: link(`${MANAGER}/NetworkProtocol`),
    Links: {
      ManagerForServers: [link(SYSTEM)],
      'ManagerForServers@odata.count': 1,
      Oem: { Dell: { DellAttributes: [link(ATTRIBUTES)], 'DellAttributes@odata.count': 1, Jobs: link(JOBS) } },
    },
    Actions: {
      '#Manager.Reset': {
        target: `${MANAGER}/Actions/Manager.Reset`,
        'ResetType@Redfish.AllowableValues': ['GracefulRestart'],
      },
    },
  }
}

/** One kind of reset only, and 204 (captured list; dell/iDRAC-Redfish-Scripting). Sessions do not survive it. */
export function resetManager(
  machine: Machine,
  body: Readonly<Record<string, unknown>>,
  later: (action: () => void) => void,
): Answer<RedfishReply> {
  const { ResetType: type } = body
  if (type === undefined) return { reply: () => missingProperty('ResetType') }
  if (type !== 'GracefulRestart') return { reply: () => notInList(type, 'ResetType') }
  return { effect: () => later(() => machine.resetBmc()), reply: () => ({ status: 204 }) }
}

/** Neither `DHCPv4` nor `IPv4StaticAddresses` (captured on 6.10.80): the address is set through the attributes. */
export function managerInterface({ bmc }: Machine): unknown {
  const { network } = bmc
  return {
    '@odata.context': '/redfish/v1/$metadata#EthernetInterface.EthernetInterface',
    '@odata.id': `${MANAGER}/EthernetInterfaces/NIC.1`,
    '@odata.type': '#EthernetInterface.v1_8_0.EthernetInterface',
    Id: 'NIC.1',
    Name: 'Manager Ethernet Interface',
    Description: 'Management Network Interface',
    HostName: bmc.hostName,
    FQDN: bmc.hostName,
    InterfaceEnabled: true,
    LinkStatus: 'LinkUp',
    MACAddress: network.mac,
    PermanentMACAddress: network.mac,
    SpeedMbps: 1000,
    FullDuplex: true,
    AutoNeg: true,
    IPv4Addresses: [
      {
        Address: network.address,
        AddressOrigin: network.source === 'DHCP' ? 'DHCP' : 'Static',
        Gateway: network.gateway,
        SubnetMask: network.netmask,
      },
    ],
    'IPv4Addresses@odata.count': 1,
    VLAN: { VLANEnable: false, VLANId: 1 },
    Status: { Health: 'OK', State: 'Enabled' },
  }
}

/** Dell refuses what its NIC.1 does not have: `DHCPv4` above all. */
export function changeInterface(body: Readonly<Record<string, unknown>>): Answer<RedfishReply> {
  const [name] = Object.keys(body)
  return { reply: () => (name === undefined ? missingProperty('HostName') : unknownProperty(name)) }
}

const PROTOCOLS = { IPMI: ['IPMILan', 'Enable'], SSH: ['SSH', 'Enable'], SNMP: ['SNMP', 'AgentEnable'] } as const

/** IPMI without a port (captured). */
export function networkProtocol(machine: Machine): unknown {
  const { bmc } = machine
  const on = (name: keyof typeof PROTOCOLS): boolean => attributeOf(machine, name)?.value === 'Enabled'
  return {
    '@odata.context': '/redfish/v1/$metadata#ManagerNetworkProtocol.ManagerNetworkProtocol',
    '@odata.id': `${MANAGER}/NetworkProtocol`,
    '@odata.type': '#ManagerNetworkProtocol.v1_8_1.ManagerNetworkProtocol',
    Id: 'NetworkProtocol',
    Name: 'Manager Network Protocol',
    HostName: bmc.hostName,
    FQDN: bmc.hostName,
    HTTP: { Port: 80, ProtocolEnabled: true },
    HTTPS: { Port: 443, ProtocolEnabled: true },
    IPMI: { ProtocolEnabled: on('IPMI') },
    SSH: { Port: 22, ProtocolEnabled: on('SSH') },
    SNMP: { Port: 161, ProtocolEnabled: on('SNMP') },
    Telnet: { Port: 23, ProtocolEnabled: false },
    Status: { Health: 'OK', State: 'Enabled' },
  }
}

/** IPMI, SSH and SNMP go on and off; anything else is unknown here. */
export function changeProtocol(machine: Machine, body: Readonly<Record<string, unknown>>): Answer<RedfishReply> {
  const wanted: { readonly name: keyof typeof PROTOCOLS; readonly on: boolean }[] = []
  for (const [name, value] of Object.entries(body)) {
    if (!isProtocol(name)) return { reply: () => unknownProperty(name) }
    const { ProtocolEnabled: on, ...rest } = (value ?? {}) as Readonly<Record<string, unknown>>
    const [other] = Object.keys(rest)
    if (other !== undefined) return { reply: () => unknownProperty(other) }
    if (typeof on !== 'boolean') return { reply: () => wrongType(on ?? null, 'ProtocolEnabled') }
    wanted.push({ name, on })
  }
  return {
    effect() {
      for (const { name, on } of wanted) attributeOf(machine, name)?.write?.(on ? 'Enabled' : 'Disabled')
    },
    reply: success,
  }
}

function isProtocol(name: string): name is keyof typeof PROTOCOLS {
  return Object.hasOwn(PROTOCOLS, name)
}

function attributeOf(machine: Machine, protocol: keyof typeof PROTOCOLS) {
  const [group, name] = PROTOCOLS[protocol]
  return idracAttributes(machine).find((attribute) => attribute.group === group && attribute.name === name)
}
