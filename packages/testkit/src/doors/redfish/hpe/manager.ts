import type { Answer } from '../../../call.ts'
import type { Machine } from '../../../world/machine.ts'
import type { RedfishReply } from '../reply.ts'
import { managerSettings } from './manager-settings.ts'
import { envelope } from './message.ts'
import { IDLE_MINUTES } from './sessions.ts'

/** `Managers/1`: the iLO. Its version text has the generation in it, unlike the service root's. */
export function managerResource(machine: Machine): unknown {
  const { model, bmc } = machine
  return {
    '@odata.context': '/redfish/v1/$metadata#Manager.Manager',
    '@odata.id': '/redfish/v1/Managers/1/',
    '@odata.type': '#Manager.v1_5_1.Manager',
    Id: '1',
    Name: 'Manager',
    ManagerType: 'BMC',
    Model: model.bmcType,
    FirmwareVersion: `${model.bmcType} v${bmc.firmwareVersion}`,
    UUID: bmc.uuid,
    Status: { Health: 'OK', State: 'Enabled' },
    EthernetInterfaces: { '@odata.id': '/redfish/v1/Managers/1/EthernetInterfaces/' },
    Links: { ManagerForServers: [{ '@odata.id': '/redfish/v1/Systems/1/' }] },
    Actions: {
      '#Manager.Reset': {
        'ResetType@Redfish.AllowableValues': ['ForceRestart', 'GracefulRestart'],
        target: '/redfish/v1/Managers/1/Actions/Manager.Reset/',
      },
    },
    NetworkProtocol: { '@odata.id': '/redfish/v1/Managers/1/NetworkProtocol/' },
    Oem: {
      Hpe: {
        '@odata.type': '#HpeiLO.v2_8_0.HpeiLO',
        IdleConnectionTimeoutMinutes: IDLE_MINUTES,
        ...managerSettings(machine),
      },
    },
  }
}

/** The dedicated port. The lab lets it be read; it is changed from the host by IPMI. */
export function managerInterface({ bmc }: Machine): unknown {
  const { network } = bmc
  const dhcp = network.source === 'DHCP'
  const address = { Address: network.address, Gateway: network.gateway, SubnetMask: network.netmask }
  return {
    '@odata.context': '/redfish/v1/$metadata#EthernetInterface.EthernetInterface',
    '@odata.id': '/redfish/v1/Managers/1/EthernetInterfaces/1/',
    '@odata.type': '#EthernetInterface.v1_4_1.EthernetInterface',
    Id: '1',
    Name: 'Manager Dedicated Network Interface',
    DHCPv4: {
      DHCPEnabled: dhcp,
      UseDNSServers: dhcp,
      UseDomainName: dhcp,
      UseGateway: dhcp,
      UseNTPServers: dhcp,
      UseStaticRoutes: dhcp,
    },
    FullDuplex: true,
    HostName: bmc.hostName,
    IPv4Addresses: [{ ...address, AddressOrigin: dhcp ? 'DHCP' : 'Static' }],
    IPv4StaticAddresses: dhcp ? [] : [address],
    InterfaceEnabled: true,
    LinkStatus: 'LinkUp',
    MACAddress: network.mac.toUpperCase(),
    PermanentMACAddress: network.mac.toUpperCase(),
    SpeedMbps: 1000,
    StaticNameServers: ['0.0.0.0', '0.0.0.0', '0.0.0.0', '::', '::', '::'],
    Status: { Health: 'OK', State: 'Enabled' },
    Oem: { Hpe: { ConfigurationSettings: 'Current', InterfaceType: 'Dedicated', NICEnabled: true } },
  }
}

/**
 * Both kinds do the same: the answer, then silence and no session left (captured list; iLO RESTful API reference).
 * ResetInProgress is documented for writes during a reset; that it is the answer to the order itself is assumed.
 */
export function resetManager(
  machine: Machine,
  body: Readonly<Record<string, unknown>>,
  later: (action: () => void) => void,
): Answer<RedfishReply> {
  const type = body['ResetType'] ?? 'ForceRestart'
  if (type !== 'ForceRestart' && type !== 'GracefulRestart')
    return { reply: () => envelope(400, 'Base.1.12.ActionParameterNotSupported', 'ResetType', 'Manager.Reset') }
  return { effect: () => later(() => machine.resetBmc()), reply: () => envelope(200, 'iLO.2.15.ResetInProgress') }
}
