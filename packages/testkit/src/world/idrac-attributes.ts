import type { BmcUser, Machine } from './machine.ts'
import { isAddress } from './network.ts'

/** One attribute of an iDRAC: `IPv4.1#Address` to racadm, `IPv4.1.Address` to Redfish. */
export interface IdracAttribute {
  readonly group: string
  readonly index: number
  readonly name: string
  /** Passwords are never told. */
  readonly value: string
  readonly secret?: true
  readonly readOnly?: true
  /** The only ones it takes. */
  readonly values?: readonly string[]
  /** What else it takes. */
  accepts?(value: string): boolean
  write?(value: string): void
}

const onOff = ['Enabled', 'Disabled'] as const
const privilegeBits = { Administrator: '511', Operator: '499', ReadOnly: '1' } as const
const ipmiPrivileges = { Administrator: 'Administrator', Operator: 'Operator', ReadOnly: 'User' } as const

/**
 * The attributes of an iDRAC9 that the lab has: network, users, services. Names and values: the exported profile of a C6320
 * (metal-toolbox/ironlib) and a captured iDRAC 6.10. Assumed: which of them are on from the factory; that an address
 * written while DHCP is on is kept, and in force when DHCP goes off.
 */
export function idracAttributes(machine: Machine): readonly IdracAttribute[] {
  const { bmc, model, serial } = machine
  const kept = (group: string, name: string, preset: string): IdracAttribute => ({
    group,
    index: 1,
    name,
    value: bmc.attributes.get(`${group}.1.${name}`) ?? preset,
    write: (value) => void bmc.attributes.set(`${group}.1.${name}`, value),
  })
  const plain = (group: string, name: string, preset: string, values: readonly string[] = onOff): IdracAttribute => ({
    ...kept(group, name, preset),
    values,
  })
  const text = (group: string, name: string, preset: string): IdracAttribute => ({
    ...kept(group, name, preset),
    accepts: (value) => value.length <= 255,
  })
  const setting = (group: string, name: string, key: 'ipmiOverLan' | 'hostInterface'): IdracAttribute => ({
    group,
    index: 1,
    name,
    value: bmc.settings[key] ? 'Enabled' : 'Disabled',
    values: onOff,
    write: (value) => void (bmc.settings[key] = value === 'Enabled'),
  })
  const shown = (group: string, name: string, value: string): IdracAttribute => ({
    group,
    index: 1,
    name,
    value,
    readOnly: true,
  })
  return [
    shown('Info', 'Product', 'Integrated Dell Remote Access Controller'),
    shown('Info', 'Version', bmc.firmwareVersion),
    shown('Info', 'Name', 'iDRAC'),
    shown('Info', 'ServerGen', model.product === 'PowerEdge R640' ? '14G' : '15G'),
    text('NIC', 'DNSRacName', `idrac-${serial}`),
    shown('NIC', 'MACAddress', bmc.network.mac.toUpperCase()),
    ...addresses(machine),
    setting('IPMILan', 'Enable', 'ipmiOverLan'),
    plain('IPMILan', 'AlertEnable', 'Disabled'),
    plain('IPMILan', 'PrivLimit', 'Administrator', ['Administrator', 'Operator', 'User']),
    text('IPMILan', 'CommunityName', 'public'),
    plain('LocalSecurity', 'LocalConfig', 'Enabled'),
    plain('LocalSecurity', 'PrebootConfig', 'Disabled'),
    setting('OS-BMC', 'AdminState', 'hostInterface'),
    plain('OS-BMC', 'PTMode', 'usb-p2p', ['usb-p2p', 'lom-p2p']),
    plain('Redfish', 'Enable', 'Enabled'),
    plain('Racadm', 'Enable', 'Enabled'),
    plain('SSH', 'Enable', 'Enabled'),
    plain('SNMP', 'AgentEnable', 'Enabled'),
    plain('WebServer', 'Enable', 'Enabled'),
    shown('WebServer', 'MaxNumberOfSessions', '8'),
    plain('IPBlocking', 'BlockEnable', 'Enabled'),
    shown('IPBlocking', 'FailCount', '3'),
    shown('IPBlocking', 'FailWindow', '60'),
    shown('IPBlocking', 'PenaltyTime', '60'),
    ...Array.from({ length: 16 }, (_, index) => user(machine, index + 1)).flat(),
  ]
}

function addresses({ bmc }: Machine): readonly IdracAttribute[] {
  const { network, lease, attributes } = bmc
  const one = (name: string, field: 'address' | 'netmask' | 'gateway'): readonly IdracAttribute[] => [
    {
      group: 'IPv4',
      index: 1,
      name,
      value: network.source === 'Static' ? network[field] : (attributes.get(`IPv4.1.${name}`) ?? network[field]),
      accepts: isAddress,
      write(value) {
        attributes.set(`IPv4.1.${name}`, value)
        if (network.source === 'Static') network[field] = value
      },
    },
    { group: 'CurrentIPv4', index: 1, name, value: network[field], readOnly: true },
    {
      group: 'IPv4Static',
      index: 1,
      name,
      value: attributes.get(`IPv4.1.${name}`) ?? network[field],
      accepts: isAddress,
      write: (value) => void attributes.set(`IPv4.1.${name}`, value),
    },
  ]
  const dhcp = network.source === 'DHCP' ? 'Enabled' : 'Disabled'
  return [
    ...one('Address', 'address'),
    ...one('Netmask', 'netmask'),
    ...one('Gateway', 'gateway'),
    { group: 'CurrentIPv4', index: 1, name: 'DHCPEnable', value: dhcp, readOnly: true },
    {
      group: 'IPv4',
      index: 1,
      name: 'DHCPEnable',
      value: dhcp,
      values: onOff,
      write(value) {
        if (value === dhcp) return
        network.source = value === 'Enabled' ? 'DHCP' : 'Static'
        if (value === 'Enabled') Object.assign(network, lease)
        else {
          network.netmask = attributes.get('IPv4.1.Netmask') ?? network.netmask
          network.gateway = attributes.get('IPv4.1.Gateway') ?? network.gateway
          network.address = attributes.get('IPv4.1.Address') ?? network.address
        }
      },
    },
  ]
}

/** A slot. The first is reserved and can't be written; a name in an empty one makes a user, without a name there is none. */
function user({ bmc }: Machine, id: number): readonly IdracAttribute[] {
  const found = bmc.users.find((each) => each.id === id)
  const change = (changes: Partial<BmcUser>): void => {
    const at = bmc.users.findIndex((each) => each.id === id)
    const old = bmc.users[at]
    if (old !== undefined) Object.assign(old, changes)
    else if (changes.name !== undefined && changes.name !== '')
      bmc.users.push({ id, name: changes.name, password: '', privilege: 'ReadOnly', enabled: false })
  }
  const one = (name: string, value: string, rest: Partial<IdracAttribute>): IdracAttribute => ({
    group: 'Users',
    index: id,
    name,
    value,
    ...(id === 1 ? { readOnly: true as const } : rest),
  })
  return [
    one('UserName', found?.name ?? '', {
      accepts: (value) =>
        /^[^\s"'<>/\\]{0,16}$/.test(value) && !bmc.users.some((u) => u.id !== id && u.name === value && value !== ''),
      write(value) {
        if (value !== '') change({ name: value })
        else bmc.users.splice(0, bmc.users.length, ...bmc.users.filter((each) => each.id !== id))
      },
    }),
    one('Password', '', {
      secret: true,
      accepts: (value) => value.length <= 40,
      write: (value) => change({ password: value }),
    }),
    one('Privilege', found === undefined ? '0' : privilegeBits[found.privilege], {
      accepts: (value) => /^(?:0x)?[0-9a-f]{1,3}$/i.test(value),
      write: (value) => change({ privilege: privilegeOf(Number(value)) }),
    }),
    // The lab's users have one privilege for all doors: it is told here, and set by `Privilege`.
    one('IpmiLanPrivilege', found === undefined ? 'No Access' : ipmiPrivileges[found.privilege], { readOnly: true }),
    one('Enable', found?.enabled === true ? 'Enabled' : 'Disabled', {
      values: onOff,
      write: (value) => change({ enabled: value === 'Enabled' }),
    }),
  ]
}

function privilegeOf(bits: number): BmcUser['privilege'] {
  return bits === 511 ? 'Administrator' : (bits & 0x10) !== 0 ? 'Operator' : 'ReadOnly'
}

/** Whether it would take the value; a read-only one takes none. */
export function takes(attribute: IdracAttribute, value: string): boolean {
  if (attribute.readOnly === true) return false
  return attribute.values?.includes(value) ?? attribute.accepts?.(value) ?? false
}
