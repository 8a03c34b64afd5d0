/** A kind of machine that the matrix takes through a run. */
export interface MatrixMachine {
  /** As the lab calls it. */
  readonly model: string
  readonly deviceType: string
  /** The BIOS setting that the run changes, by its native name, and what it becomes. */
  readonly setting: string
  readonly promised: string
  /** The call that writes the BIOS: what must not happen twice. */
  readonly write: string
  /** Wall time of one call of its tool; default short. One read of a Dell calls racadm once for each group of settings. */
  readonly toolTime?: string
}

/** The first one meets every fault at every call; the others those at calls that are theirs alone: their tools, their BMC. */
export const MACHINES: readonly [hpe: MatrixMachine, supermicro: MatrixMachine, dell: MatrixMachine] = [
  {
    model: 'hpe-rl300',
    deviceType: 'matrix',
    setting: 'WorkloadProfile',
    promised: 'GeneralThroughputCompute',
    write: 'ilorest commit',
  },
  {
    model: 'supermicro-x11dpt-b',
    deviceType: 'matrix-supermicro',
    setting: 'Advanced > PCIe/PCI/PnP Configuration > SR-IOV Support',
    promised: 'Enabled',
    write: 'sum ChangeBiosCfg',
  },
  {
    model: 'dell-r650',
    deviceType: 'matrix-dell',
    setting: 'SriovGlobalEnable',
    promised: 'Enabled',
    write: 'racadm jobqueue create',
    toolTime: '5s',
  },
]
