import { fileURLToPath } from 'node:url'
import type { LabConnection } from '@hwautomation/testkit'
import {
  createHwAutomation,
  ServerProvisioningWorkflow,
  WorkflowManager,
  type Clock,
  type HwAutomation,
  type ProvisioningRequest,
  type RunHandle,
  type WorkflowStore,
} from '../../src/index.ts'
import { TARGET } from '../provisioning/matrix/scenario.ts'
import { blindCapabilities, blindDefinition, blindWorkflow } from './blind.ts'
import type { Job } from './messages.ts'

/** In the package, wherever the bundle of this lies. */
const DEVICES = 'test/provisioning/matrix/matrix-devices.yaml'

const crashRequest = (deviceType = 'matrix'): ProvisioningRequest => ({
  serverId: 'srv001',
  deviceType,
  targetIpmiIp: TARGET,
  retryCount: 1,
})

/** What a job needs of its workflow's surroundings. */
export interface CrashSite {
  readonly manager: WorkflowManager
  start(): Promise<RunHandle>
  close(): Promise<void>
}

/** Opens the manager of a job: unfinished runs go on. */
export async function openSite(job: Job, store: WorkflowStore, clock: Clock): Promise<CrashSite> {
  const wish = { requestedBy: 'ada', idempotencyKey: 'ticket-1' }
  if (job.bell !== undefined) {
    const { bell } = job
    const manager = new WorkflowManager({ store, clock })
    manager.register(blindDefinition, blindCapabilities)
    await manager.open()
    return { manager, start: () => manager.start(blindWorkflow(bell), wish), close: () => manager.close() }
  }
  const hw = await provisioningSite(job.connection, store, clock)
  return {
    manager: hw.manager,
    start: () => hw.manager.start(new ServerProvisioningWorkflow(crashRequest(job.deviceType), hw), wish),
    close: () => hw.close(),
  }
}

/** Nobody is silent here: time-outs on the wire are as long as a busy machine may need. */
function provisioningSite(connection: LabConnection, store: WorkflowStore, clock: Clock): Promise<HwAutomation> {
  return createHwAutomation({
    ...connection,
    devices: { files: [fileURLToPath(new URL(DEVICES, process.env['CRASH_PACKAGE']))] },
    pollInterval: '15s',
    store,
    clock,
    env: {},
    control: false,
  })
}
