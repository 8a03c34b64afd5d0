import type { Config } from '../config.ts'
import type { MaasClient } from '../maas/maas-client.ts'
import type { Redactor } from '../redaction.ts'
import type { JournalLine, WorkflowEvent } from '../workflow/events.ts'
import type { JournalQuery } from '../workflow/ports.ts'
import type { WorkflowRecord } from '../workflow/record.ts'

/** Where a support bundle takes things from. */
export interface BundleSource {
  load(id: string): Promise<WorkflowRecord | undefined>
  events(id: string, afterSeq: number): AsyncIterable<WorkflowEvent>
  journal(query: JournalQuery): AsyncIterable<JournalLine>
  artefact(sha256: string): Promise<Uint8Array | undefined>
  readonly redactor: Redactor
  /** A site's MAAS and configuration; a sentence that says why they are not to be had. */
  readonly site: { readonly maas: Pick<MaasClient, MaasReads>; readonly config: Config } | string
}

type MaasReads = 'machine' | 'events' | 'commissioningResults' | 'version'
