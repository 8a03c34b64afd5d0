import { createLab, type Lab, type LabOptions } from '@hwautomation/testkit'
import {
  createHwAutomation,
  ServerProvisioningWorkflow,
  type HwAutomation,
  type HwAutomationOptions,
  type ProvisioningRequest,
} from '../../src/index.ts'

/** A lab and a library that works in it, in the lab's time, with short time-outs on the wire. */
export interface TestSite extends AsyncDisposable {
  readonly lab: Lab
  readonly hw: HwAutomation
  workflow(request?: Partial<ProvisioningRequest>): ServerProvisioningWorkflow
}

/** Differs from the catalogue's template, so that there is something to change. */
export const FACTORY_BIOS = { WorkloadProfile: 'GeneralPowerEfficientCompute', AutoPowerOn: 'AlwaysPowerOff' } as const

export async function testSite(lab: LabOptions = {}, options: Partial<HwAutomationOptions> = {}): Promise<TestSite> {
  const made = await createLab({ servers: [{ hostname: 'srv001', model: 'hpe-rl300' }], ...lab })
  const { maas, ssh, ...rest } = made.connection()
  const hw = await createHwAutomation({
    ...rest,
    maas: { ...maas, timeouts: { power: '2s', other: '2s' } },
    ssh: { ...ssh, timeouts: { connect: '2s', keepalive: '200ms', close: '200ms' } },
    bmc: { timeouts: { connect: '2s', request: '2s' } },
    clock: made.clock,
    env: {},
    ...options,
  })
  return {
    lab: made,
    hw,
    workflow: (request = {}) =>
      new ServerProvisioningWorkflow({ serverId: 'srv001', deviceType: 'a1.c5.large', ...request }, hw),
    async [Symbol.asyncDispose]() {
      await hw.close({ mode: 'detach' })
      await made.close()
    },
  }
}
