import { HwError } from '../../errors.ts'
import type { BatchRecord } from './record.ts'

/** A batch that cannot be: no items, one machine twice, a number out of range. */
export function invalidBatch(problems: readonly string[]): HwError {
  return new HwError({
    code: 'batch.invalid',
    kind: 'invalid',
    message: `The batch cannot be started: ${problems.join('; ')}.`,
    hint: 'Correct what is named and ask again; nothing was started.',
    context: { problems },
  })
}

/** No batch has this id, or it ended so long ago that its document is gone. */
export function noSuchBatch(id: string): HwError {
  return new HwError({
    code: 'batch.no-such-batch',
    kind: 'invalid',
    message: `There is no batch "${id.slice(0, 80)}".`,
    hint: 'List the batches for their ids; those that ended long ago are only in the records of their runs.',
    context: { batch: id.slice(0, 80) },
  })
}

/** Nothing more can be asked of it. */
export function batchHasEnded({ id, label, status }: BatchRecord): HwError {
  const how = status === 'ended' ? 'has ended' : 'is being cancelled'
  return new HwError({
    code: 'batch.has-ended',
    kind: 'conflict',
    message: `Batch ${id} (${label}) ${how}.`,
    hint: 'Start a new batch for the servers that are left, or retry single runs.',
    context: { batch: id, status },
  })
}

/** The key stands for another batch. */
export function batchKeyMismatch(key: string, { id }: BatchRecord): HwError {
  return new HwError({
    code: 'batch.idempotency-mismatch',
    kind: 'conflict',
    message: `The idempotency key "${key}" belongs to batch ${id}, which was asked for with something else in it.`,
    hint: 'Use a new key for a new batch.',
    context: { batch: id, idempotencyKey: key },
  })
}

/** What was asked for a server cannot be read any more. */
export function requestLost(label: string): HwError {
  return new HwError({
    code: 'batch.request-lost',
    kind: 'internal',
    message: `What was asked for ${label} cannot be read any more.`,
    hint: 'See the troubles of the store, and start a run of its own for this server.',
  })
}
