import { createLab, type Lab } from '@hwautomation/testkit'
import type { MatrixMachine } from './machines.ts'
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
export function promised({ deviceType, promised: bios }: MatrixMachine): World {
  return {
    status: 'Ready',
    power: 'off',
    owner: null,
    tags: [`hw-type-x-${deviceType}`],
    annotation: undefined,
    bmcAddress: TARGET,
    powerAddress: TARGET,
    bios,
  }
}

/** The data centre of the matrix: the server of the request, and another one. */
export function matrixLab({ model }: MatrixMachine): Promise<Lab> {
  return createLab({
    servers: [
      { hostname: 'srv001', model, tags: ['hw-type-old'] },
      { hostname: 'srv002', model },
    ],
  })
}

/** srv001 as it is now. */
export function look(lab: Lab, { setting }: MatrixMachine): World {
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
    bios: server.machine.bios.current.get(setting),
  }
}
