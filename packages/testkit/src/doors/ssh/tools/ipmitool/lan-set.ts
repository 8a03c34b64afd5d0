import type { Process } from '../../os/process.ts'
import type { ToolIo } from '../run-tool.ts'
import { channelOf } from './lan-print.ts'

/**
 * `lan set CHANNEL ipsrc|ipaddr|netmask|defgw ipaddr|access|arp respond|arp generate …` (ipmitool 1.8.19, lib/ipmi_lanp.c).
 * In-band a change is in force at once: the BMC answers at its new address, and at the old one no more.
 */
export function lanSet(
  process: Process,
  [channelText, parameter = '', ...values]: readonly string[],
  io: ToolIo,
): number {
  const { bmc } = process.host.machine
  if (channelText === undefined || parameter === '') {
    io.err('usage: lan set <channel> <command> <parameter>\n')
    return 1
  }
  const channel = channelOf(channelText, io)
  if (channel === undefined) return 1
  if (channel !== bmc.lanChannel) {
    io.err(`Channel ${channel} is not a LAN channel!\n`)
    return 1
  }
  const { network } = bmc
  const [value = ''] = values
  switch (parameter) {
    case 'ipsrc': {
      if (!['none', 'static', 'dhcp', 'bios'].includes(value)) {
        io.err('usage: lan set <channel> ipsrc <source>\n')
        return 1
      }
      io.effect(() => {
        network.source = value === 'dhcp' ? 'DHCP' : 'Static'
        // The DHCP server knows the MAC and gives it the same lease again, at once (assumed).
        if (value === 'dhcp') Object.assign(network, bmc.lease)
      })
      return 0
    }
    case 'ipaddr':
      return address(value, 'IP Address', io, (text) => {
        network.address = text
        // A BMC with a static address has no other source (iLO: writing an address switches DHCP off; assumed).
        network.source = 'Static'
      })
    case 'netmask':
      return address(value, 'Subnet Mask', io, (text) => {
        network.netmask = text
      })
    case 'defgw': {
      if (value === 'ipaddr') {
        return address(values[1] ?? '', 'Default Gateway IP', io, (text) => {
          network.gateway = text
        })
      }
      if (value === 'macaddr' && /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(values[1] ?? '')) {
        io.out(`Setting LAN Default Gateway MAC to ${values[1]}\n`)
        return 0
      }
      io.err('LAN set default gateway Commands: ipaddr, macaddr\n')
      return 1
    }
    case 'access': {
      if (value !== 'on' && value !== 'off') {
        io.err('lan set access Commands: on, off\n')
        return 1
      }
      io.effect(() => undefined)
      io.out(`Set Channel Access for channel ${channel} was successful.\n`)
      return 0
    }
    case 'arp': {
      const [, state = ''] = values
      if ((value === 'respond' || value === 'generate') && (state === 'on' || state === 'off')) {
        const word = state === 'on' ? 'Enabling' : 'Disabling'
        io.effect(() => undefined)
        io.out(
          value === 'respond' ? `${word} BMC-generated ARP responses\n` : `${word} BMC-generated Gratuitous ARPs\n`,
        )
        return 0
      }
      io.err('LAN set arp Commands: respond, generate, interval\n')
      return 1
    }
    default:
      io.err(`Invalid LAN set command: ${parameter}\n`)
      return 1
  }
}

function address(text: string, label: string, io: ToolIo, change: (text: string) => void): number {
  const parts = text.split('.')
  const valid = parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255)
  if (!valid) {
    io.err(`Invalid IP address: ${text}\n`)
    return 1
  }
  io.effect(() => change(text))
  io.out(`Setting LAN ${label} to ${text}\n`)
  return 0
}
