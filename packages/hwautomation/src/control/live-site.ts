import { exportRun } from '../bundle/export-run.ts'
import type { BundleSource } from '../bundle/source.ts'
import { systemClock, timestamp } from '../clock.ts'
import type { Config } from '../config.ts'
import type { MaasClient } from '../maas/maas-client.ts'
import { ServerProvisioningWorkflow, type ProvisioningSite } from '../provisioning/server-provisioning-workflow.ts'
import type { BatchOrder } from '../provisioning/batch/batch-order.ts'
import type { BatchHandle } from '../workflow/batch/batches.ts'
import type { StartOptions } from '../workflow/manager-options.ts'
import type { ProvisioningRequest } from '../provisioning/request.ts'
import type { WorkflowManager } from '../workflow/manager.ts'
import type { WorkflowStore } from '../workflow/ports.ts'
import type { WorkflowRecord } from '../workflow/record.ts'
import type { RunHandle } from '../workflow/run-handle.ts'
import { hasEnded } from '../workflow/status.ts'
import type { SiteInventory } from '../maas/maas-inventory.ts'
import type { CallerWish, Caller, ControlSite, Provisioner, Reading, Trouble } from './site.ts'

/** What a live site is made of: the parts of an `HwAutomation` that the control API uses. */
export interface LiveParts extends ProvisioningSite {
  readonly maas: MaasClient
  readonly config: Config
  restoreBios(runId: string, wish: CallerWish): Promise<RunHandle>
  checkBatch: Provisioner['checkBatch']
  provisionBatch(order: BatchOrder, options: StartOptions): Promise<BatchHandle>
  readonly inventory: SiteInventory
}

/** A store that says what it found damaged, as `LowdbStore` does. */
interface Troubled {
  readonly troubles?: readonly Trouble[]
}

/** The site of a process that owns its store: everything can be read and asked for. */
export function liveSite(hw: LiveParts, store: WorkflowStore & Troubled): ControlSite {
  const { manager } = hw
  return {
    reading: managerReading(manager, store, bundleSource(hw, store), hw.config.concurrency),
    acting: manager,
    provisioner: {
      provision: (request, { by, via, idempotencyKey }) =>
        manager.start(new ServerProvisioningWorkflow(request as ProvisioningRequest, hw), {
          requestedBy: by,
          via,
          ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
        }),
      restoreBios: (id, wish) => hw.restoreBios(id, wish),
      checkBatch: (order, signal) => hw.checkBatch(order, signal),
      provisionBatch: (order, { by, via, ...key }) => hw.provisionBatch(order, { requestedBy: by, via, ...key }),
      refreshServer: (name, signal) => hw.inventory.refresh(name, signal),
      refreshServers: (signal) => hw.inventory.refreshAll(signal),
    },
    inventory: hw.inventory,
    redact: (text) => hw.surroundings.redactor.text(text),
    since: timestamp(systemClock),
  }
}

/** What the support bundle of a live site is made from; see `exportRun`. */
export function bundleSource(
  { manager, maas, config, surroundings }: Pick<LiveParts, 'manager' | 'maas' | 'config' | 'surroundings'>,
  store: WorkflowStore,
): BundleSource {
  return {
    load: async (id) => (await manager.get(id))?.record(),
    events: (id, afterSeq) => store.events(id, afterSeq),
    journal: (query) => store.journal(query),
    artefact: (sha256) => store.getArtefact(sha256),
    redactor: surroundings.redactor,
    site: { maas, config },
  }
}

/** Reading through a manager: its runs are as they are now, not as they were last written. */
export function managerReading(
  manager: WorkflowManager,
  store: WorkflowStore & Troubled,
  bundle: BundleSource,
  slots: number | undefined,
): Reading {
  return {
    load: (id) => bundle.load(id),
    async list(query) {
      const { records, ...page } = await manager.list(query)
      return { ...page, records: await Promise.all(records.map((record) => asItIsNow(manager, record))) }
    },
    async *events(id, options) {
      yield* (await manager.get(id))?.events(options) ?? []
    },
    journal: (query) => manager.audit(query),
    state: async () => manager.state,
    isWorkingOn: (id) => manager.isWorkingOn(id),
    batch: (id) => manager.batch(id),
    batches: () => manager.batches(),
    isWorkingOnBatch: (id) => manager.isWorkingOnBatch(id),
    slots,
    troubles: () => store.troubles ?? [],
    async *exportRun(id, { signal, caller }) {
      await noteExport(manager, id, caller)
      yield* exportRun(bundle, id, { signal })
    },
  }
}

/** Of a run that goes on, the store has what was last written, without the latest progress. */
async function asItIsNow(manager: WorkflowManager, record: WorkflowRecord): Promise<WorkflowRecord> {
  return hasEnded(record.status) ? record : ((await manager.get(record.id))?.record() ?? record)
}

async function noteExport(manager: WorkflowManager, id: string, caller: Caller | undefined): Promise<void> {
  const resource = (await manager.get(id))?.record().resource
  await manager.note({
    action: 'export',
    by: caller?.by ?? 'anonymous',
    via: caller?.via ?? 'api',
    workflowId: id,
    ...(resource === undefined ? {} : { resource }),
    outcome: 'accepted',
  })
}
