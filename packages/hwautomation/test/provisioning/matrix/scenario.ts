import { fileURLToPath } from 'node:url'
import type { Lab } from '@hwautomation/testkit'
import {
  createHwAutomation,
  ServerProvisioningWorkflow,
  type HwAutomation,
  type ProvisioningRequest,
  type RunHandle,
} from '../../../src/index.ts'

import type { MatrixMachine } from './machines.ts'

/** Where the BMC is to go. */
export const TARGET = '192.168.1.100'

export const request = ({ deviceType }: Pick<MatrixMachine, 'deviceType'>): ProvisioningRequest => ({
  serverId: 'srv001',
  deviceType,
  targetIpmiIp: TARGET,
  retryCount: 1,
})

/** Device types that lose patience sooner, so that a fault that lasts is given up in a moment. */
const DEVICES = fileURLToPath(new URL('matrix-devices.yaml', import.meta.url))

export interface MatrixSite extends AsyncDisposable {
  readonly hw: HwAutomation
  workflow(request: ProvisioningRequest): ServerProvisioningWorkflow
}

/** Time-outs on the wire are wall time: short, but longer than a busy machine hesitates. */
export async function matrixSite(
  lab: Lab,
  { toolTime = '700ms' }: Pick<MatrixMachine, 'toolTime'> = {},
): Promise<MatrixSite> {
  const { maas, ssh, ...rest } = lab.connection()
  const hw = await createHwAutomation({
    ...rest,
    maas: { ...maas, timeouts: { power: '500ms', other: '500ms' } },
    ssh: {
      ...ssh,
      timeouts: { connect: '500ms', keepalive: '200ms', close: '200ms', command: '500ms', tool: toolTime },
    },
    devices: { files: [DEVICES] },
    pollInterval: '15s',
    bmc: { timeouts: { connect: '500ms', request: '500ms' } },
    clock: lab.clock,
    env: {},
  })
  return {
    hw,
    workflow: (asked) => new ServerProvisioningWorkflow(asked, hw),
    [Symbol.asyncDispose]: () => hw.close({ mode: 'detach' }),
  }
}

/** Cancels a run once MAAS has begun to commission its machine. */
export function cancelWhileCommissioning(lab: Lab, run: RunHandle): void {
  lab.faults.once({
    server: 'srv001',
    call: 'maas POST machines/{id}?op=set_workload_annotations',
    mode: 'intervention',
    act: () => void run.cancel({ by: 'ada', reason: 'second thoughts' }),
  })
}
