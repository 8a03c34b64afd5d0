import { approvalWanted, waitsForApproval } from '../approval.ts'
import { newBatchId } from '../ids.ts'
import type { StartOptions } from '../manager-options.ts'
import type { Json } from '../record.ts'
import { SYSTEM } from './changes.ts'
import type { BatchPolicy, BatchRecord } from './record.ts'

/** How a batch is started: as a run is, with its name and how it goes about its items. */
export interface StartBatchOptions extends Omit<StartOptions, 'batch' | 'approved'>, Partial<BatchPolicy> {
  /** Names it for people. */
  readonly label: string
  /** What was asked for, where the items come of it: a second start with the same key must have asked for the same. */
  readonly asked?: Json
}

/** The document of a batch that begins; paused where a second person must say yes first. */
export function newBatch(
  started: StartBatchOptions &
    Pick<BatchRecord, 'definition' | 'items' | 'policy'> & { readonly fingerprint: string; readonly at: string },
): BatchRecord {
  const { definition, items, policy, fingerprint, at, label, idempotencyKey } = started
  const { requestedBy = 'anonymous', via = 'api' } = started
  const approval = started.approval === undefined ? undefined : approvalWanted(started.approval, started)
  const reason = approval === undefined ? '' : waitsForApproval(requestedBy, approval)
  return {
    schema: 1,
    id: newBatchId(),
    definition,
    label,
    requestedBy,
    via,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    fingerprint,
    createdAt: at,
    ...(approval === undefined
      ? { status: 'running' }
      : { status: 'paused', approval, paused: { by: SYSTEM, reason, via, at } }),
    policy,
    items,
    revision: 1,
  }
}
