import { createLab, type Lab } from '@hwautomation/testkit'
import { TARGET } from './scenario.ts'

/** What a run may change for good. */
export interface World {
  readonly status: unknown
  readonly power: unknown
  readonly owner: unknown
  readonly tags: readonly string[]
  readonly annotation: unknown
  readonly bmcAddress: string
  readonly powerAddress: unknown
  readonly bios: unknown
}

/** The world after COMPLETED. */
export const PROMISED: World = {
  status: 'Ready',
  power: 'off',
  owner: null,
  tags: ['hw-type-a1-c5-large-matrix'],
  annotation: undefined,
  bmcAddress: TARGET,
  powerAddress: TARGET,
  bios: 'GeneralThroughputCompute',
}

/** The data centre of the matrix: the server of the request, and another one. */
export function matrixLab(): Promise<Lab> {
  return createLab({
    servers: [
      { hostname: 'srv001', model: 'hpe-rl300', tags: ['hw-type-old'] },
      { hostname: 'srv002', model: 'hpe-rl300' },
    ],
  })
}

/** srv001 as it is now. */
export function look(lab: Lab): World {
  const server = lab.server('srv001')
  const record = server.maasRecord() as {
    status_name: string
    owner: string | null
    tag_names: string[]
    workload_annotations: Record<string, string>
  }
  return {
    status: record.status_name,
    power: server.machine.power,
    owner: record.owner,
    tags: record.tag_names.filter((tag) => tag.startsWith('hw-')),
    annotation: record.workload_annotations['hwa-run'],
    bmcAddress: server.machine.bmc.network.address,
    powerAddress: server.powerParameters()['power_address'],
    bios: server.machine.bios.current.get('WorkloadProfile'),
  }
}
