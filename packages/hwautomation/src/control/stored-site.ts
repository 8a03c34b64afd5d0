import { exportRun } from '../bundle/export-run.ts'
import type { BundleSource } from '../bundle/source.ts'
import { systemClock, timestamp } from '../clock.ts'
import { ServerInventory } from '../inventory/server-inventory.ts'
import { Redactor } from '../redaction.ts'
import type { WorkflowManager } from '../workflow/manager.ts'
import type { WorkflowStore } from '../workflow/ports.ts'
import { managerReading } from './live-site.ts'
import { BatchDocuments } from '../workflow/batch/batch-documents.ts'
import type { BatchRecord } from '../workflow/batch/record.ts'
import type { ControlSite, Reading, Trouble } from './site.ts'

/** What a support bundle of a state directory may add: where MAAS is, or why nobody knows. */
export type StoredSurroundings = Pick<BundleSource, 'redactor' | 'site'>

interface Troubled {
  readonly troubles?: readonly Trouble[]
}

/** A state directory that nobody works on, to read. The store was opened with `readOnly`. */
export function storedSite(store: WorkflowStore & Troubled, surroundings: StoredSurroundings): ControlSite {
  const bundle: BundleSource = { ...stored(store), ...surroundings }
  return {
    reading: {
      load: (id) => store.load(id),
      list: (query) => store.list(query),
      events: (id, { after }) => store.events(id, after),
      journal: (query) => store.journal(query),
      state: () => store.loadState(),
      isWorkingOn: () => false,
      ...storedBatches(store),
      isWorkingOnBatch: () => false,
      slots: undefined,
      troubles: () => store.troubles ?? [],
      exportRun: (id, { signal }) => exportRun(bundle, id, { signal }),
    },
    inventory: new ServerInventory(store, surroundings.redactor),
    redact: (text) => surroundings.redactor.text(text),
    since: timestamp(systemClock),
  }
}

/**
 * A state directory that this process has taken for a moment, without hardware: what is asked for here is written down, and holds as
 * soon as somebody goes on with the runs. The manager was opened with `resume: 'leave'`.
 */
export function deskSite(manager: WorkflowManager, store: WorkflowStore & Troubled): ControlSite {
  const redactor = new Redactor()
  const bundle: BundleSource = { ...stored(store), redactor, site: 'it was exported by a process without hardware.' }
  return {
    reading: managerReading(manager, store, bundle, undefined),
    acting: manager,
    inventory: new ServerInventory(store, redactor),
    redact: (text) => redactor.text(text),
    since: timestamp(systemClock),
  }
}

function storedBatches(store: WorkflowStore): Pick<Reading, 'batch' | 'batches'> {
  const documents = new BatchDocuments(store)
  return {
    batch: (id) => documents.load(id),
    async batches() {
      const all: BatchRecord[] = []
      for await (const record of documents.entries()) all.push(record)
      return all.toSorted((a, b) => (a.id < b.id ? 1 : -1))
    },
  }
}

function stored(store: WorkflowStore): Pick<BundleSource, 'load' | 'events' | 'journal' | 'artefact'> {
  return {
    load: (id) => store.load(id),
    events: (id, afterSeq) => store.events(id, afterSeq),
    journal: (query) => store.journal(query),
    artefact: (sha256) => store.getArtefact(sha256),
  }
}
