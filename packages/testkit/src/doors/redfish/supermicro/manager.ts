import type { Answer } from '../../../call.ts'
import type { Machine } from '../../../world/machine.ts'
import type { RedfishReply } from '../reply.ts'
import { tagged } from './body.ts'
import { settingsLinks } from './manager-settings.ts'
import { base, fault, success } from './message.ts'

/** A BMC that was told to reset says so first (assumed: one second). */
const RESET_DELAY_MS = 1_000

/** `Managers/1`: an ASPEED, its firmware version with leading zeros from X12 on (recorded by gofish and bmclib). */
export function managerResource({ model, bmc }: Machine): unknown {
  return tagged({
    '@odata.type': '#Manager.v1_5_2.Manager',
    '@odata.id': '/redfish/v1/Managers/1',
    Id: '1',
    Name: 'Manager',
    Description: 'BMC',
    ManagerType: 'BMC',
    UUID: bmc.uuid,
    Model: 'ASPEED',
    FirmwareVersion: bmc.firmwareVersion,
    PowerState: 'On',
    Status: { State: 'Enabled', Health: 'OK' },
    EthernetInterfaces: { '@odata.id': '/redfish/v1/Managers/1/EthernetInterfaces' },
    NetworkProtocol: { '@odata.id': '/redfish/v1/Managers/1/NetworkProtocol' },
    ...settingsLinks,
    Links: { ManagerForServers: [{ '@odata.id': '/redfish/v1/Systems/1' }] },
    Actions: {
      '#Manager.Reset': {
        target: '/redfish/v1/Managers/1/Actions/Manager.Reset',
        // None are listed before X13, where there is this one.
        ...(model.biosFamily === 'X13' ? { 'ResetType@Redfish.AllowableValues': ['GracefulRestart'] } : {}),
      },
    },
  })
}

/** The one port; a static list of a single null entry under DHCP (Supermicro Redfish reference guide, web edition). */
export function managerInterface({ bmc }: Machine): unknown {
  const { network } = bmc
  const dhcp = network.source === 'DHCP'
  const address = { Address: network.address, SubnetMask: network.netmask, Gateway: network.gateway }
  return tagged({
    '@odata.type': '#EthernetInterface.v1_6_0.EthernetInterface',
    '@odata.id': '/redfish/v1/Managers/1/EthernetInterfaces/1',
    Id: '1',
    Name: 'Manager Ethernet Interface',
    Description: 'Management Network Interface',
    Status: { State: 'Enabled', Health: 'OK' },
    InterfaceEnabled: true,
    MACAddress: network.mac.toUpperCase(),
    PermanentMACAddress: network.mac.toUpperCase(),
    HostName: bmc.hostName,
    DHCPv4: {
      DHCPEnabled: dhcp,
      UseDNSServers: dhcp,
      UseGateway: dhcp,
      UseNTPServers: false,
      UseStaticRoutes: dhcp,
      UseDomainName: dhcp,
      FallbackAddress: 'None',
    },
    IPv4Addresses: [{ ...address, AddressOrigin: dhcp ? 'DHCP' : 'Static' }],
    IPv4StaticAddresses: [dhcp ? { Address: null, SubnetMask: null, Gateway: null } : address],
    StaticNameServers: [],
  })
}

/** `Manager.Reset`: X10 and X11 take no parameter, X13 knows GracefulRestart. The answer 200 is assumed. */
export function resetManager(
  machine: Machine,
  body: Readonly<Record<string, unknown>>,
  later: (ms: number, action: () => void) => void,
): Answer<RedfishReply> {
  const type = body['ResetType']
  if (type !== undefined && (type !== 'GracefulRestart' || machine.model.biosFamily !== 'X13'))
    return { reply: () => fault(400, base.actionParameterNotSupported('ResetType', 'Manager.Reset')) }
  return { effect: () => later(RESET_DELAY_MS, () => machine.resetBmc()), reply: success }
}
