import type { BiosValue, RegistryDependency } from '../configuration.ts'
import { gateOf, isLocked } from './gates.ts'

const SYS_PROFILE = 'SysProfile'

/**
 * What a System Profile brings along. PerfPerWattOptimizedDapc: exported profile of a PowerEdge C6320; PerfOptimized: that of an R6515
 * (metal-toolbox/ironlib), whose processor has no C1E: its value there is assumed. Of the other profiles only ProcPwrPerf is sure (the
 * dependencies of iDRAC9's registry): what is not here is seen when the settings are read back.
 */
const BROUGHT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  PerfPerWattOptimizedDapc: {
    ProcPwrPerf: 'SysDbpm',
    ProcTurboMode: 'Enabled',
    ProcC1E: 'Enabled',
    ProcCStates: 'Enabled',
    MemPatrolScrub: 'Standard',
  },
  PerfPerWattOptimizedOs: { ProcPwrPerf: 'OsDbpm' },
  PerfOptimized: {
    ProcPwrPerf: 'MaxPerf',
    ProcTurboMode: 'Enabled',
    ProcC1E: 'Disabled',
    ProcCStates: 'Disabled',
    MemPatrolScrub: 'Standard',
  },
  DenseCfgOptimized: { ProcPwrPerf: 'SysDbpm' },
}

/**
 * The System Profile or other setting that does not let this attribute have this value; undefined where nothing known does. For where
 * the machine's own export is not at hand.
 */
export function dellLock(
  attribute: string,
  to: BiosValue,
  after: (name: string) => BiosValue | undefined,
): string | undefined {
  const gate = gateOf(attribute)
  if (gate === undefined) return undefined
  const actual = after(gate.attribute)
  if (!isLocked(gate, actual)) return undefined
  const brought = gate.attribute === SYS_PROFILE ? BROUGHT[String(actual)]?.[attribute] : undefined
  return brought === to ? undefined : `${gate.attribute}=${String(actual)}`
}

/** The values that profiles bring along, as a registry says it. */
export function profileDependencies(has: (attribute: string) => boolean): RegistryDependency[] {
  return Object.entries(BROUGHT).flatMap(([profile, values]) =>
    Object.entries(values)
      .filter(([attribute]) => has(attribute))
      .map(([attribute, value]) => ({
        conditions: [
          {
            attribute: SYS_PROFILE,
            property: 'CurrentValue',
            condition: 'EQU',
            value: profile,
            term: 'AND' as const,
          },
        ],
        attribute,
        property: 'CurrentValue',
        value,
      })),
  )
}
