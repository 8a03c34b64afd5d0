import type { Process } from '../../os/process.ts'
import type { ToolIo } from '../run-tool.ts'

/**
 * `lan print [CHANNEL]`: `%-24s: value` lines, labels as in lib/ipmi_lanp.c (the misspelling is ipmitool's own).
 * What an iLO answers is assumed for authentication types, SNMP community, ARP, cipher suites and the password threshold.
 */
export function lanPrint(process: Process, [channelText]: readonly string[], io: ToolIo): number {
  const { bmc } = process.host.machine
  const channel = channelOf(channelText, io)
  if (channel === undefined) return 1
  if (channel !== 'default' && channel !== bmc.lanChannel) {
    io.err(`Channel ${channel} is not a LAN channel\n`)
    return 1
  }
  const { network } = bmc
  const rows: readonly (readonly [string, string])[] = [
    ['Set in Progress', 'Set Complete'],
    ['Auth Type Support', ''],
    ['Auth Type Enable', 'Callback : '],
    ['', 'User     : '],
    ['', 'Operator : '],
    ['', 'Admin    : '],
    ['', 'OEM      : '],
    ['IP Address Source', network.source === 'Static' ? 'Static Address' : 'DHCP Address'],
    ['IP Address', network.address],
    ['Subnet Mask', network.netmask],
    ['MAC Address', network.mac],
    ['SNMP Community String', 'public'],
    ['BMC ARP Control', 'ARP Responses Enabled, Gratuitous ARP Disabled'],
    ['Gratituous ARP Intrvl', '0.0 seconds'],
    ['Default Gateway IP', network.gateway],
    ['Default Gateway MAC', '00:00:00:00:00:00'],
    ['802.1q VLAN ID', 'Disabled'],
    ['802.1q VLAN Priority', '0'],
    ['RMCP+ Cipher Suites', '0,1,2,3,17'],
    ['Cipher Suite Priv Max', 'XuuaaXXXXXXXXXX'],
    ['', '    X=Cipher Suite Unused'],
    ['', '    c=CALLBACK'],
    ['', '    u=USER'],
    ['', '    o=OPERATOR'],
    ['', '    a=ADMIN'],
    ['', '    O=OEM'],
    ['Bad Password Threshold', 'Not Available'],
  ]
  io.out(rows.map(([label, value]) => `${label.padEnd(24)}: ${value}\n`).join(''))
  return 0
}

/** A channel number as typed; undefined after complaining about it. */
export function channelOf(text: string | undefined, io: ToolIo): number | 'default' | undefined {
  if (text === undefined) return 'default'
  if (/^\d+$/.test(text) && Number(text) <= 15) return Number(text)
  io.err(`Given Channel number '${text}' is either invalid or out of range.\n`)
  io.err('Channel number must be from ranges: <0x0..0xB>, <0xE..0xF>\n')
  return undefined
}
