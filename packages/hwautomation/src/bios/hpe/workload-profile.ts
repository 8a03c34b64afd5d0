import type { BiosValue } from '../configuration.ts'

/**
 * What HPE's workload profiles decide: a dependent option cannot be changed while its profile is chosen; only `Custom`
 * frees all of them. Which options are locked is assumed, here and below: it differs by board, and HPE's tuning guide
 * was not checked option by option. Used where no registry is at hand; a registry names the dependents exactly.
 * Options that not every machine ties to a profile are left out: locking too much would refuse what works, and what
 * did not take is seen when the settings are read back.
 */
const DECIDED_BY_EVERY_PROFILE: ReadonlySet<string> = new Set([
  'PowerRegulator',
  'MinProcIdlePower',
  'MinProcIdlePkgState',
  'EnergyPerfBias',
])

const virtualization = new Map([
  ['Sriov', 'Enabled'],
  ['ProcVirtualization', 'Enabled'],
  ['IntelProcVtd', 'Enabled'],
  ['ProcAmdIoVt', 'Enabled'],
])

/** Values that a profile sets; wanting the same value beside it is no contradiction. */
const SET_BY_PROFILE: ReadonlyMap<string, ReadonlyMap<string, BiosValue>> = new Map([
  ['Virtualization-PowerEfficient', virtualization],
  ['Virtualization-MaxPerformance', virtualization],
  ['LowLatency', new Map([['ProcTurbo', 'Disabled']])],
])

/** The chosen workload profile, if it does not let this attribute have this value. */
export function lockingProfile(
  attribute: string,
  to: BiosValue,
  after: (name: string) => BiosValue | undefined,
): string | undefined {
  const profile = after('WorkloadProfile')
  if (typeof profile !== 'string' || profile === 'Custom' || attribute === 'WorkloadProfile') return undefined
  if (DECIDED_BY_EVERY_PROFILE.has(attribute)) return profile
  const set = SET_BY_PROFILE.get(profile)?.get(attribute)
  return set === undefined || set === to ? undefined : profile
}
