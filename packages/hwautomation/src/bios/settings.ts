import { z } from 'zod'

/** How a setting can take the machine out of reach: its network boot goes, or its boot mode changes. */
export type Reach = 'network-boot' | 'boot-mode'

/** One canonical setting: vendor-neutral name and values. */
export type SettingDefinition = (
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  | { readonly kind: 'number'; readonly min: number; readonly max: number }
) & { readonly description: string; readonly reach?: Reach }

const onOff = ['enabled', 'disabled'] as const

/**
 * The canonical BIOS vocabulary. A template speaks in these words; each vendor's table translates them.
 * Values are words of the field rather than one vendor's spelling. A setting that a board lacks is refused
 * with the reason, never skipped.
 */
export const biosSettings = {
  'boot-mode': {
    kind: 'choice',
    values: ['uefi', 'legacy'],
    reach: 'boot-mode',
    description: 'UEFI or legacy BIOS boot. Changing it makes the installed boot entries useless.',
  },
  csm: { kind: 'choice', values: onOff, description: 'Compatibility support module: legacy option ROMs beside UEFI.' },
  'secure-boot': { kind: 'choice', values: onOff, description: 'UEFI Secure Boot.' },
  pxe: {
    kind: 'choice',
    values: onOff,
    reach: 'network-boot',
    description: 'Network boot of the NIC the machine boots from. Without it MAAS cannot reach the machine any more.',
  },
  'boot-retry': {
    kind: 'choice',
    values: ['indefinitely', 'once', 'reset-after-failure'],
    description: 'What happens when no boot entry works: try the list again, give up, or reset.',
  },
  'network-boot-retries': {
    kind: 'number',
    min: 0,
    max: 20,
    description: 'How often one network device is tried before the next entry.',
  },
  'network-boot-protocol': {
    kind: 'choice',
    values: ['auto', 'ipv4', 'ipv6'],
    description: 'Internet protocol of network boot; `auto` tries both.',
  },
  'http-boot': {
    kind: 'choice',
    values: ['auto', 'https-only', 'http-only', 'disabled'],
    description: 'UEFI HTTP boot, beside PXE.',
  },
  smt: {
    kind: 'choice',
    values: onOff,
    description: 'Simultaneous multithreading (Hyper-Threading). Arm Neoverse N1 has none.',
  },
  turbo: {
    kind: 'choice',
    values: onOff,
    description: 'Frequencies above nominal (Turbo Boost, Core Performance Boost).',
  },
  'p-states': {
    kind: 'choice',
    values: onOff,
    description: 'Frequencies below nominal when there is little to do (SpeedStep, EIST).',
  },
  'hardware-p-states': {
    kind: 'choice',
    values: ['disabled', 'native', 'native-without-legacy', 'out-of-band'],
    description: 'Frequencies chosen by the processor itself (Speed Shift, HWP), and whether the OS may guide it.',
  },
  'avx-pre-grant': {
    kind: 'choice',
    values: onOff,
    description: 'Processor keeps the frequency licence of wide vector instructions at hand.',
  },
  avx512: { kind: 'choice', values: ['auto', 'enabled', 'disabled'], description: 'AVX-512 instructions.' },
  'power-profile': {
    kind: 'choice',
    values: [
      'balanced',
      'performance',
      'power-efficient',
      'peak-frequency',
      'throughput',
      'virtualization-power-efficient',
      'virtualization-max-performance',
      'low-latency',
      'mission-critical',
      'transactional',
      'hpc',
      'decision-support',
      'graphics',
      'io-throughput',
      'custom',
    ],
    description: 'A set of power and performance settings chosen by the vendor; locks them unless `custom`.',
  },
  'power-regulator': {
    kind: 'choice',
    values: ['dynamic', 'low-power', 'high-performance', 'os-control'],
    description: 'Who controls the processor frequency.',
  },
  'energy-bias': {
    kind: 'choice',
    values: ['max-performance', 'balanced-performance', 'balanced-power', 'power-saving'],
    description: 'Energy/performance bias of the processor.',
  },
  'c-states': { kind: 'choice', values: ['c6', 'c1e', 'none'], description: 'Deepest idle state of a core.' },
  'package-c-state': {
    kind: 'choice',
    values: ['auto', 'none', 'c2', 'c6-non-retention', 'c6-retention', 'no-limit'],
    description: 'Deepest idle state of a whole processor.',
  },
  'sr-iov': { kind: 'choice', values: onOff, description: 'PCIe single-root I/O virtualization.' },
  iommu: { kind: 'choice', values: onOff, description: 'I/O memory management unit (VT-d, AMD-Vi, SMMU).' },
  virtualization: { kind: 'choice', values: onOff, description: 'Processor virtualization (VT-x, SVM).' },
  'patrol-scrub': { kind: 'choice', values: onOff, description: 'Background correction of memory errors.' },
  numa: { kind: 'choice', values: onOff, description: 'Memory is shown to the OS as nodes near each processor.' },
  'numa-nodes-per-socket': {
    kind: 'choice',
    values: ['auto', '1', '2', '4'],
    description: 'NUMA nodes per socket (AMD NPS).',
  },
  'l3-as-numa': {
    kind: 'choice',
    values: ['auto', 'enabled', 'disabled'],
    description: 'One NUMA node per last-level cache (AMD).',
  },
  'numa-group-size': {
    kind: 'choice',
    values: ['flat', 'clustered'],
    description: 'How logical processors are grouped for the OS.',
  },
  'sub-numa-clustering': { kind: 'choice', values: onOff, description: 'Several NUMA nodes per socket.' },
  'node-interleaving': { kind: 'choice', values: onOff, description: 'One NUMA node over all sockets.' },
  'memory-mode': {
    kind: 'choice',
    values: ['fault-tolerant', 'ecc', 'spare', 'mirror'],
    description: 'What memory is given up for fault tolerance.',
  },
  'sata-mode': {
    kind: 'choice',
    values: ['ahci', 'raid', 'disabled'],
    description: 'Mode of the embedded SATA controllers.',
  },
  x2apic: {
    kind: 'choice',
    values: ['auto', 'enabled', 'disabled', 'forced'],
    description: 'Extended interrupt controller mode (x86).',
  },
  sgx: {
    kind: 'choice',
    values: ['enabled', 'disabled', 'software-controlled'],
    description: 'Intel Software Guard Extensions.',
  },
  'memory-encryption': {
    kind: 'choice',
    values: ['disabled', 'single-key', 'multi-key'],
    description:
      'Encryption of all memory (Intel TME and TME-MK, AMD SME); SGX and TDX of newer processors build on it.',
  },
  tdx: { kind: 'choice', values: onOff, description: 'Intel Trust Domain Extensions.' },
  txt: { kind: 'choice', values: onOff, description: 'Intel Trusted Execution Technology.' },
  tpm: { kind: 'choice', values: ['visible', 'hidden'], description: 'Whether the OS sees the TPM.' },
  'console-redirection': {
    kind: 'choice',
    values: ['auto', 'physical', 'virtual', 'disabled'],
    description: 'Serial port the BIOS console is mirrored to; `virtual` is the one the BMC shows (SOL).',
  },
  'console-speed': {
    kind: 'choice',
    values: ['9600', '19200', '38400', '57600', '115200'],
    description: 'Bits per second of the serial console.',
  },
  'quiet-boot': { kind: 'choice', values: onOff, description: 'A logo instead of the messages of the POST.' },
  'wait-on-error': {
    kind: 'choice',
    values: onOff,
    description: 'The POST waits for a key (F1) after an error. Nobody is there to press it.',
  },
  'internal-graphics': {
    kind: 'choice',
    values: ['auto', 'enabled', 'disabled'],
    description: 'Graphics of the processor.',
  },
  'ac-loss': {
    kind: 'choice',
    values: ['power-on', 'stay-off', 'last-state'],
    description: 'What the machine does when AC power comes back.',
  },
  'power-on-delay': {
    kind: 'choice',
    values: ['none', 'random', '15s', '30s', '45s', '60s'],
    description: 'Delay before power-on after AC loss, so that a rack does not start at once.',
  },
  'wake-on-lan': { kind: 'choice', values: onOff, description: 'Power-on by magic packet.' },
  cooling: { kind: 'choice', values: ['optimal', 'increased', 'maximum', 'enhanced-cpu'], description: 'Fan policy.' },
} as const satisfies Record<string, SettingDefinition>

/** The name of a canonical setting. */
export type SettingName = keyof typeof biosSettings

type ValueOf<Definition> = Definition extends { readonly values: readonly (infer Value)[] } ? Value : number

/** The allowed values of one setting. */
export type SettingValue<Name extends SettingName> = ValueOf<(typeof biosSettings)[Name]>

/** Canonical settings with their wanted values; what is absent is left alone. */
export type BiosSettings = { readonly [Name in SettingName]?: SettingValue<Name> }

/** All names, in the order of the vocabulary. */
export const settingNames: readonly SettingName[] = Object.keys(biosSettings).filter((name) => isSettingName(name))

/** True for a name of the vocabulary (and not for `constructor`). */
export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(biosSettings, name)
}

const shape = Object.fromEntries(settingNames.map((name) => [name, valueSchema(biosSettings[name]).exactOptional()]))

/** Parses canonical settings; unknown names and values are refused with what is allowed. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- shape and type are made from the same table
export const biosSettingsSchema = z.strictObject(shape) as unknown as z.ZodType<BiosSettings>

function valueSchema(definition: SettingDefinition): z.ZodType {
  const schema =
    definition.kind === 'choice' ? z.enum(definition.values) : z.int().min(definition.min).max(definition.max)
  return schema.describe(definition.description)
}
