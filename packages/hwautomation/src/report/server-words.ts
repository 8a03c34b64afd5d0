import type { Dimm, Disk, Nic, ServerFacts } from '../inventory/facts.ts'
import { factOf } from '../inventory/facts.ts'

/** `HPE ProLiant DL360 Gen11`; the board where the system says nothing of itself, as on many Supermicro machines. */
export function modelText(server: ServerFacts): string | undefined {
  const vendor = factOf(server, 'system.vendor') ?? factOf(server, 'board.vendor')
  const product = factOf(server, 'system.product')
  const board = factOf(server, 'board.product')
  const isVague = product === undefined || VAGUE.test(product)
  return words(vendor, isVague ? (board ?? product) : product)
}

/** `2 × Intel(R) Xeon(R) Gold 6430, 64 cores` */
export function cpuText(server: ServerFacts): string | undefined {
  const [model, sockets] = [factOf(server, 'cpu.model'), factOf(server, 'cpu.sockets')]
  const [cores, threads] = [factOf(server, 'cpu.cores'), factOf(server, 'cpu.threads')]
  const count = cores === undefined ? (threads === undefined ? '' : `${threads} threads`) : `${cores} cores`
  const chips = model === undefined ? '' : sockets === undefined ? model : `${sockets} × ${model}`
  return [chips, count].filter((part) => part !== '').join(', ') || undefined
}

/** `iLO 1.62 192.168.1.100` */
export function bmcText(server: ServerFacts): string | undefined {
  return words(factOf(server, 'bmc.kind'), factOf(server, 'bmc.version'), factOf(server, 'bmc.address'))
}

/** MiB as GiB: `256 GiB`, `255.5 GiB`. */
export function gibibytes(mib: number): string {
  return mib < 1024 ? `${mib} MiB` : `${decimals(mib / 1024)} GiB`
}

/** `PROC 1 DIMM 1  32 GiB DDR4 3200 MT/s (runs at 2933)  Samsung M393A4K40DB3-CWE, serial …` */
export function dimmText({ slot, mib, type, mts, configuredMts, maker, part, serial }: Dimm): string {
  const rate = mts === undefined ? undefined : `${mts} MT/s`
  const slower = configuredMts === undefined || configuredMts === mts ? undefined : `(runs at ${configuredMts})`
  return columns(slot, words(gibibytes(mib), type, rate, slower), words(maker, part), serialText(serial))
}

/** Disk makers count in powers of ten. */
export function diskText({ name, bytes, rotational, bus, model, serial, firmware }: Disk): string {
  const kind = rotational === undefined ? undefined : rotational ? 'platters' : 'SSD'
  const size =
    bytes === undefined ? undefined : bytes < 1e12 ? `${decimals(bytes / 1e9)} GB` : `${decimals(bytes / 1e12)} TB`
  return columns(name, words(size, kind, bus), model, serialText(serial), firmware && `firmware ${firmware}`)
}

/** `eth0  02:4c:…  1000 Mbit/s, boots from it  Intel X710` */
export function nicText({ name, mac, vendor, product, linkMbps, mbps, connected, boot, firmware }: Nic): string {
  const link = connected === false ? 'no link' : linkMbps === undefined ? undefined : `${linkMbps} Mbit/s`
  const slower = mbps !== undefined && linkMbps !== undefined && linkMbps < mbps ? `(of ${mbps})` : undefined
  const state = [words(link, slower), boot ? 'boots from it' : undefined].filter(Boolean).join(', ')
  return columns(name, mac, state, words(vendor, product), firmware && `firmware ${firmware}`)
}

/** Products that name nothing: what Supermicro writes where the buyer gave no name. */
const VAGUE = /^(super ?server|system|server|to be filled.*)$/i

function serialText(serial: string | undefined): string | undefined {
  return serial === undefined ? undefined : `serial ${serial}`
}

function words(...parts: readonly (string | undefined)[]): string | undefined {
  return parts.filter((part) => part !== undefined && part !== '').join(' ') || undefined
}

function columns(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join('  ')
}

function decimals(value: number): string {
  return String(Math.round(value * 10) / 10)
}
