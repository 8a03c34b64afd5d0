import type { Process } from '../../os/process.ts'
import type { ToolIo } from '../run-tool.ts'
import { versionOf, whoIs } from './management-controller.ts'

/**
 * `raw NETFN CMD [DATA…]` (ipmitool 1.8.19, lib/ipmi_raw.c). Get Device ID (IPMI 2.0, 20.1) is answered; all else is a command that the
 * BMC does not have, as no source says what these BMCs make of their vendors' own.
 */
export function raw(process: Process, args: readonly string[], io: ToolIo): number {
  if (args.length < 2) {
    io.err('Not enough parameters given.\nRAW Commands:  raw <netfn> <cmd> [data]\n')
    return 1
  }
  for (const [index, arg] of args.entries()) {
    if (byteOf(arg) !== undefined) continue
    const what = ['netfn', 'command'][index] ?? 'data'
    io.err(`Given ${what} '${arg}' is invalid.\n`)
    return 1
  }
  const [netfn = 0, command = 0] = args.map((arg) => byteOf(arg) ?? 0)
  if (netfn === 0x06 && command === 0x01) {
    io.out(
      `${deviceId(process)
        .map((byte) => ` ${hex(byte).padStart(2, '0')}`)
        .join('')}\n`,
    )
    return 0
  }
  io.err(
    `Unable to send RAW command (channel=0x0 netfn=0x${hex(netfn)} lun=0x0 cmd=0x${hex(command)} rsp=0xc1): Invalid command\n`,
  )
  return 1
}

/** Device id and revision, firmware with the minor part in BCD, IPMI 2.0, device support, maker and product with the lowest byte first. */
function deviceId({ host }: Process): readonly number[] {
  const { bmc, model } = host.machine
  const { device, maker, product } = whoIs(model)
  const { major, minor } = versionOf(bmc.firmwareVersion)
  const low = (value: number, bytes: number) => Array.from({ length: bytes }, (_, at) => (value >> (8 * at)) & 0xff)
  return [device, 0x01, Number(major), Number.parseInt(minor, 16), 0x02, 0x8f, ...low(maker, 3), ...low(product, 2)]
}

function byteOf(text: string): number | undefined {
  const value = /^(?:0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : Number.NaN
  return value <= 0xff ? value : undefined
}

function hex(value: number): string {
  return value.toString(16)
}
