import type { Process } from '../../os/process.ts'
import type { ToolIo } from '../run-tool.ts'
import { channelOf } from './lan-print.ts'

/**
 * `mc info`: the minor firmware version is printed as hex (`%u.%02x`, lib/ipmi_mc.c). What an iLO answers is assumed: device id
 * and revision, product id, the kinds of device it supports, the auxiliary revision.
 */
export function mcInfo(process: Process, _args: readonly string[], io: ToolIo): number {
  const { bmc } = process.host.machine
  const [major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(bmc.firmwareVersion)?.slice(1) ?? []
  const rows = [
    ['Device ID', '19'],
    ['Device Revision', '1'],
    ['Firmware Revision', `${Number(major)}.${minor.padStart(2, '0')}`],
    ['IPMI Version', '2.0'],
    ['Manufacturer ID', '47196'],
    ['Manufacturer Name', 'Hewlett Packard Enterprise'],
    ['Product ID', '8224 (0x2020)'],
    ['Product Name', 'Unknown (0x2020)'],
    ['Device Available', 'yes'],
    ['Provides Device SDRs', 'yes'],
  ]
  io.out(rows.map(([label = '', value]) => `${label.padEnd(25)} : ${value}\n`).join(''))
  io.out(
    'Additional Device Support :\n    Sensor Device\n    SDR Repository Device\n    SEL Device\n    FRU Inventory Device\nAux Firmware Rev Info     : \n    0x00\n    0x00\n    0x00\n    0x00\n',
  )
  return 0
}

/** `mc guid` 1.8.19: the BMC's own GUID, not the host's UUID. Layout of lib/ipmi_mc.c; that `auto` takes it for SMBIOS is assumed. */
export function mcGuid(process: Process, _args: readonly string[], io: ToolIo): number {
  const { uuid } = process.host.machine.bmc
  io.out(
    `System GUID   : ${uuid}\nGUID Encoding : SMBIOS (WARNING: IPMI Specification violation!)\nGUID Version  : Name-based using SHA-1 (5)\n`,
  )
  return 0
}

/** `user list [CHANNEL]`: lib/ipmi_user.c. */
export function userList(process: Process, [channelText]: readonly string[], io: ToolIo): number {
  const { bmc } = process.host.machine
  const channel = channelOf(channelText, io)
  if (channel === undefined) return 1
  if (channel !== 'default' && channel !== bmc.lanChannel) {
    io.err(`Get User Access command failed (channel ${channel}, user 1): Parameter out of range\n`)
    return 1
  }
  io.out('ID  Name\t     Callin  Link Auth\tIPMI Msg   Channel Priv Limit\n')
  const words = { Administrator: 'ADMINISTRATOR', Operator: 'OPERATOR', ReadOnly: 'USER' }
  for (const user of bmc.users) {
    const yes = (flag: boolean): string => String(flag).padEnd(5)
    io.out(
      `${String(user.id).padEnd(4)}${user.name.padEnd(17)}${yes(true)}   ${yes(false)}      ${yes(user.enabled)}      ${user.enabled ? words[user.privilege] : 'NO ACCESS'}\n`,
    )
  }
  for (let id = bmc.users.length + 1; id <= 12; id += 1)
    io.out(`${String(id).padEnd(4)}${'(Empty User)'.padEnd(17)}true    false      false      NO ACCESS\n`)
  return 0
}
