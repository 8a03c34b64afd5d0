import type { BiosValue, RegistryDependency } from '../configuration.ts'

/** An attribute that another one locks: greyed out in the setup, a comment in an export, refused by `racadm set`. */
export interface Gate {
  readonly attribute: string
  readonly lockedWhile: 'is' | 'is-not'
  readonly value: string
}

/** Profiles other than this one decide all settings below them. */
export const CUSTOM_PROFILE = 'Custom'

const unlessCustom: Gate = { attribute: 'SysProfile', lockedWhile: 'is-not', value: CUSTOM_PROFILE }
const inLegacyMode: Gate = { attribute: 'BootMode', lockedWhile: 'is', value: 'Bios' }
const inUefiMode: Gate = { attribute: 'BootMode', lockedWhile: 'is', value: 'Uefi' }
const whileOff = (attribute: string): Gate => ({ attribute, lockedWhile: 'is', value: 'Disabled' })

/**
 * What a System Profile locks: the comments in the exported profiles of a PowerEdge C6320 (PerfPerWattOptimizedDapc) and an R6515
 * (PerfOptimized), metal-toolbox/ironlib. What is locked on a board that names others, its own export says.
 */
const BY_PROFILE: ReadonlySet<string> = new Set([
  'ProcPwrPerf',
  'MemFrequency',
  'ProcTurboMode',
  'EnergyEfficientTurbo',
  'ProcC1E',
  'ProcCStates',
  'WriteDataCrc',
  'CollaborativeCpuPerfCtrl',
  'MemPatrolScrub',
  'MemRefreshRate',
  'UncoreFrequency',
  'EnergyPerformanceBias',
  'Proc1TurboCoreNum',
  'Proc2TurboCoreNum',
  'MonitorMwait',
  'PcieAspmL1',
  'DeterminismSlider',
  'EfficiencyOptimizedMode',
  'ApbDis',
  'DynamicLinkWidthManagement',
])

const PATTERNS: readonly { readonly name: RegExp; readonly gate: (n: string) => Gate }[] = [
  // Both exports were made in legacy mode and have these as comments or not at all.
  { name: /^(?:Pxe|Http)Dev\d+EnDis$|^SecureBoot(?:Policy|Mode)?$/, gate: () => inLegacyMode },
  { name: /^(?:GenericUsbBoot|HddPlaceholder|SysPrepClean)$/, gate: () => inLegacyMode },
  { name: /^HddFailover$/, gate: () => inUefiMode },
  { name: /^((?:Pxe|Http)Dev\d+)(?:Interface|Protocol|VlanEnDis)$/, gate: (device) => whileOff(`${device}EnDis`) },
  { name: /^((?:Pxe|Http)Dev\d+Vlan)(?:Id|Priority)$/, gate: (vlan) => whileOff(`${vlan}EnDis`) },
  {
    name: /^AcPwrRcvryUserDelay$/,
    gate: () => ({ attribute: 'AcPwrRcvryDelay', lockedWhile: 'is-not', value: 'User' }),
  },
  { name: /^SataPort[A-Z]$/, gate: () => ({ attribute: 'EmbSata', lockedWhile: 'is', value: 'AhciMode' }) },
  // That TXT needs a TPM is Intel's; that the setup greys it out is assumed, as for the two after it.
  { name: /^(?:Tpm2Hierarchy|IntelTxt)$/, gate: () => ({ attribute: 'TpmSecurity', lockedWhile: 'is', value: 'Off' }) },
  { name: /^SgxAutoRegistrationAgent$/, gate: () => ({ attribute: 'IntelSgx', lockedWhile: 'is', value: 'Off' }) },
  {
    name: /^RedundantOs(?:State|Boot)$/,
    gate: () => ({ attribute: 'RedundantOsLocation', lockedWhile: 'is', value: 'None' }),
  },
]

/** What locks an attribute, where that is known. */
export function gateOf(name: string): Gate | undefined {
  if (BY_PROFILE.has(name)) return unlessCustom
  for (const pattern of PATTERNS) {
    const match = pattern.name.exec(name)
    if (match) return pattern.gate(match[1] ?? '')
  }
  return undefined
}

/** Whether a gate locks, given the value its attribute will have; false where nobody knows. */
export function isLocked({ lockedWhile, value }: Gate, actual: BiosValue | undefined): boolean {
  if (actual === undefined || actual === null) return false
  return (String(actual) === value) === (lockedWhile === 'is')
}

/**
 * The same as a registry says it: locked under one condition, free under the opposite. Where the machine's own answers contradict
 * (`isOpen`: it takes the attribute although the gate is closed), free under both.
 */
export function gateDependencies(name: string, isOpen: boolean): RegistryDependency[] {
  const gate = gateOf(name)
  if (gate === undefined) return []
  const [locked, free] = gate.lockedWhile === 'is' ? (['EQU', 'NEQ'] as const) : (['NEQ', 'EQU'] as const)
  return [
    { condition: locked, value: !isOpen },
    { condition: free, value: false },
  ].map(({ condition, value }) => ({
    conditions: [
      { attribute: gate.attribute, property: 'CurrentValue', condition, value: gate.value, term: 'AND' as const },
    ],
    attribute: name,
    property: 'GrayOut',
    value,
  }))
}

/** Names in an order in which each comes after what may lock it: `racadm set` looks at what is pending. */
export function gatesFirst(names: readonly string[]): string[] {
  return names.toSorted((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1))
}

function depth(name: string): number {
  const gate = gateOf(name)
  return gate === undefined ? 0 : depth(gate.attribute) + 1
}
