import type { HardwareModel } from '../../../../world/model.ts'
import type { Process } from '../../os/process.ts'
import type { ToolIo } from '../run-tool.ts'
import { channelOf } from './lan-print.ts'

/**
 * `mc info`: the minor firmware version is printed as hex (`%u.%02x`, lib/ipmi_mc.c). What a BMC answers is assumed: device id
 * and revision, product id, the kinds of device it supports, the auxiliary revision.
 */
export function mcInfo(process: Process, _args: readonly string[], io: ToolIo): number {
  const { bmc, model } = process.host.machine
  const { device, maker, name, product } = whoIs(model)
  const { major, minor } = versionOf(bmc.firmwareVersion)
  const productId = product.toString(16)
  const rows = [
    ['Device ID', String(device)],
    ['Device Revision', '1'],
    ['Firmware Revision', `${Number(major)}.${minor.padStart(2, '0')}`],
    ['IPMI Version', '2.0'],
    ['Manufacturer ID', String(maker)],
    ['Manufacturer Name', name],
    ['Product ID', `${product} (0x${productId.padStart(4, '0')})`],
    ['Product Name', `Unknown (0x${productId.toUpperCase()})`],
    ['Device Available', 'yes'],
    ['Provides Device SDRs', 'yes'],
  ]
  io.out(rows.map(([label = '', value]) => `${label.padEnd(25)} : ${value}\n`).join(''))
  io.out(
    'Additional Device Support :\n    Sensor Device\n    SDR Repository Device\n    SEL Device\n    FRU Inventory Device\nAux Firmware Rev Info     : \n    0x00\n    0x00\n    0x00\n    0x00\n',
  )
  return 0
}

/** As a BMC's answer to Get Device ID has it: numbers, and the maker's name in IANA's list of enterprise numbers. */
interface Identity {
  readonly device: number
  readonly maker: number
  readonly name: string
  readonly product: number
}

/** A Supermicro's product id is the id of its board. */
export function whoIs(model: HardwareModel): Identity {
  const identity = WHO[model.vendor]
  return model.setup === undefined ? identity : { ...identity, product: Number.parseInt(model.setup.boardId, 16) }
}

const WHO: Readonly<Record<HardwareModel['vendor'], Identity>> = {
  HPE: { device: 19, maker: 47_196, name: 'Hewlett Packard Enterprise', product: 0x2020 },
  Dell: { device: 32, maker: 674, name: 'Dell Inc.', product: 0x0100 },
  Supermicro: { device: 32, maker: 10_876, name: 'Super Micro Computer Inc.', product: 0 },
}

/** `01.73.11` → 01 and 73: the third part is in the auxiliary revision. */
export function versionOf(firmware: string): { readonly major: string; readonly minor: string } {
  const [major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(firmware)?.slice(1) ?? []
  return { major, minor }
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
  const row = (id: number, name: string, flags: readonly boolean[], limit: string): string =>
    `${String(id).padEnd(4)}${name.padEnd(17)}${flags.map((flag, index) => String(flag).padEnd([8, 11, 11][index] ?? 0)).join('')}${limit}\n`
  for (let id = 1; id <= SLOTS[process.host.machine.model.vendor]; id += 1) {
    const user = bmc.users.find((each) => each.id === id)
    if (user === undefined) io.out(row(id, '(Empty User)', [true, false, false], 'NO ACCESS'))
    else io.out(row(id, user.name, [true, false, user.enabled], user.enabled ? words[user.privilege] : 'NO ACCESS'))
  }
  return 0
}

/** How many users a BMC has room for: iLO 12, X11 10 and iDRAC 16 (vendors' user guides). */
const SLOTS: Readonly<Record<HardwareModel['vendor'], number>> = { HPE: 12, Supermicro: 10, Dell: 16 }
