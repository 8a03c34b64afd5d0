import type { MachineIdentity } from '../../devices/catalogue.ts'
import type { HwError } from '../../errors.ts'
import type { MachineState } from '../machine-state.ts'

/** A machine as a batch is checked against it: all of it from MAAS, nothing from the machine itself. */
export interface FleetMachine {
  readonly state: MachineState
  /** What its last commissioning found; empty before the first. */
  readonly identity: MachineIdentity
  /** Its BMC's power address in MAAS. Read only where addresses were asked for. */
  readonly powerAddress?: string
  readonly pool?: string
  readonly zone?: string
}

/** An address that a machine has. */
export interface FleetAddress {
  readonly address: string
  readonly who: string
  readonly systemId: string
}

/** What MAAS knows, read in a few calls however many names there are. */
export interface FleetReading {
  /** The MAAS user we act as. */
  readonly user: string
  /** By name as it was given: the machine, or why it is none or more than one. */
  readonly machines: ReadonlyMap<string, FleetMachine | HwError>
  /** Of all hosts and BMCs. Empty where addresses were not asked for. */
  readonly addresses: readonly FleetAddress[]
}

/** The port through which a batch looks at MAAS. */
export interface Fleet {
  read(
    names: readonly string[],
    options: { readonly addresses: boolean; readonly signal: AbortSignal },
  ): Promise<FleetReading>
}
