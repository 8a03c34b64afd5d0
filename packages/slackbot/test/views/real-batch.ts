import type { BatchRecord, WorkflowManager, WorkflowRecord } from 'hwautomation'
import { Doors, firmwareFirstWorkflow } from './firmware-first.ts'

/** A batch that the engine really ran, with its runs. */
export interface RealBatch {
  readonly batch: BatchRecord
  readonly runs: ReadonlyMap<string, WorkflowRecord>
}

export const serverName = (index: number): string => `srv${String(index + 1).padStart(3, '0')}`

/** Starts a batch of so many servers; `doorsOf` decides what happens to each. */
export function startBatch(
  manager: WorkflowManager,
  servers: number,
  doorsOf: (index: number) => Doors,
  policy: { readonly atOnce?: number; readonly canary?: number; readonly maxFailures?: number } = {},
) {
  const items = Array.from({ length: servers }, (_, index) => ({
    workflow: firmwareFirstWorkflow((server) => doorsOf(Number(server.slice(3)) - 1), serverName(index)),
    group: `rack-${(index % 4) + 1}`,
  }))
  return manager.startBatch(items, {
    label: `srv[001-${String(servers).padStart(3, '0')}] a1.c5.large`,
    requestedBy: 'ada',
    via: 'slack',
    ...policy,
  })
}

/** The batch and its runs as they are now. */
export async function lookAt(manager: WorkflowManager, batch: BatchRecord): Promise<RealBatch> {
  const runs = new Map<string, WorkflowRecord>()
  for (const { run } of batch.items) {
    const handle = run === undefined ? undefined : await manager.get(run)
    if (handle !== undefined) runs.set(handle.id, handle.record())
  }
  return { batch, runs }
}
