import { z } from 'zod'

const text = z.string()
const whole = z.int().nonnegative()
const known = { text: text.exactOptional(), whole: whole.exactOptional(), yes: z.boolean().exactOptional() }

/** A memory module; what its slot or the module does not tell is absent. */
const dimmSchema = z.looseObject({
  /** As printed on the board, e.g. `PROC 1 DIMM 8`, `A1`, `P1-DIMMA1`. */
  slot: text,
  mib: whole,
  /** e.g. `DDR4`. */
  type: known.text,
  /** Megatransfers a second that the module can do. */
  mts: known.whole,
  /** Megatransfers a second that it runs at. */
  configuredMts: known.whole,
  maker: known.text,
  part: known.text,
  serial: known.text,
})
export type Dimm = Readonly<z.infer<typeof dimmSchema>>

/** A disk as the operating system sees it: behind a RAID controller that is a volume. */
const diskSchema = z.looseObject({
  /** e.g. `sda`, `nvme0n1`. */
  name: text,
  model: known.text,
  serial: known.text,
  bytes: known.whole,
  /** True for one with platters; absent where that is not told. */
  rotational: known.yes,
  /** e.g. `sata`, `sas`, `nvme`. */
  bus: known.text,
  firmware: known.text,
})
export type Disk = Readonly<z.infer<typeof diskSchema>>

/** A network interface of the host. */
const nicSchema = z.looseObject({
  name: text,
  mac: known.text,
  vendor: known.text,
  product: known.text,
  /** Mbit/s of the link there is. */
  linkMbps: known.whole,
  /** Mbit/s that the interface can do. */
  mbps: known.whole,
  connected: known.yes,
  /** The one the machine boots from. */
  boot: known.yes,
  firmware: known.text,
})
export type Nic = Readonly<z.infer<typeof nicSchema>>

/**
 * Every fact there is, by name, with the shape of its value. `bios` is the system's firmware whatever its kind; `cpu.cores` and
 * `cpu.threads` count the whole machine; `memory.mib` is MiB; `run.*` are of the last run that brought the machine to its device type.
 */
export const factValues = {
  hostname: text,
  fqdn: text,
  status: text,
  architecture: text,
  zone: text,
  pool: text,
  'system.vendor': text,
  'system.product': text,
  'system.family': text,
  'system.version': text,
  'system.sku': text,
  'system.serial': text,
  'system.uuid': text,
  'board.vendor': text,
  'board.product': text,
  'board.version': text,
  'board.serial': text,
  'chassis.vendor': text,
  'chassis.type': text,
  'chassis.version': text,
  'chassis.serial': text,
  'cpu.model': text,
  'cpu.sockets': whole,
  'cpu.cores': whole,
  'cpu.threads': whole,
  'cpu.mhz': whole,
  'memory.mib': whole,
  'memory.dimms': z.array(dimmSchema),
  disks: z.array(diskSchema),
  nics: z.array(nicSchema),
  'bios.vendor': text,
  'bios.version': text,
  'bios.date': text,
  'bmc.kind': text,
  'bmc.version': text,
  'bmc.address': text,
  'bmc.mac': text,
  'bmc.powerType': text,
  'run.deviceType': text,
  'run.tag': text,
  'run.id': text,
} as const

/** Name of a fact: `system.serial`, `memory.dimms`. */
export type FactName = keyof typeof factValues
/** What a fact of each name holds. */
export type FactValues = { readonly [Name in FactName]: Readonly<z.infer<(typeof factValues)[Name]>> }
/** Names of all facts, in the order they are shown. */
export const factNames = Object.keys(factValues) as readonly FactName[]

/**
 * Who says so: `host` the firmware's tables as the host's kernel has them, `bmc` the BMC or the vendor's tool that asks it, `maas` MAAS,
 * whose hardware facts are those of its last commissioning, `run` a run that proved it.
 */
export type FactSource = 'host' | 'bmc' | 'maas' | 'run'
/** Where sources disagree, the first of these is shown first. */
export const factSources: readonly FactSource[] = ['host', 'bmc', 'maas', 'run']

/** One value, who says so, and when it was seen so last (ISO 8601). */
export interface Fact<Value = unknown> {
  readonly value: Value
  readonly source: FactSource
  readonly observedAt: string
}

/** What one source told at one moment; a name that is absent was not told. */
export type Observed = { readonly [Name in FactName]?: FactValues[Name] | undefined }

/** Everything one source told, as it is handed to the inventory. */
export interface Observation {
  readonly source: FactSource
  readonly observedAt: string
  readonly facts: Observed
}

/** All that is known of one server. Sources that disagree both stay. */
export interface ServerFacts {
  /** 1, or that of a later version that wrote it. */
  readonly schema: number
  /** MAAS's system_id. */
  readonly systemId: string
  /** When anything of it was observed last. */
  readonly updatedAt: string
  readonly facts: { readonly [Name in FactName]?: readonly Fact<FactValues[Name]>[] }
}

/** The value of the source that is nearest to the hardware, or undefined where nobody told. */
export function factOf<Name extends FactName>(server: ServerFacts, name: Name): FactValues[Name] | undefined {
  return server.facts[name]?.[0]?.value
}
