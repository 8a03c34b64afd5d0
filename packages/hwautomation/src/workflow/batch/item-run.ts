import type { RunnableWorkflow } from '../definition.ts'
import type { StartOptions } from '../manager-options.ts'
import type { Registry } from '../registry.ts'
import { requestLost } from './batch-errors.ts'
import type { BatchItem, BatchRecord } from './record.ts'

/** The key by which a crash between "run started" and "batch written" starts nothing twice. */
export function keyOf(batch: string, resource: string): string {
  return `${batch}/${resource}`
}

/**
 * An item as something that a manager starts, made of nothing but its document: any later process makes the same of it.
 * @throws HwError `batch.request-lost`
 */
export function runOf(
  { resource, label, request, limits }: BatchItem,
  { id, requestedBy, via, approval }: BatchRecord,
  known: NonNullable<ReturnType<Registry['named']>>,
): { readonly workflow: RunnableWorkflow<any>; readonly options: StartOptions } {
  if ((request as unknown) === undefined) throw requestLost(label)
  const { timeout, retryCount } = limits ?? {}
  const workflow: RunnableWorkflow<any> = {
    ...known,
    request,
    resolve: async () => ({ resource, label, request }),
    asked: { batch: id, label },
    ...(timeout === undefined ? {} : { timeout }),
    ...(retryCount === undefined ? {} : { retryCount }),
  }
  // a retry by anybody else needs a second person again, as that of a run which was asked for alone
  const approved = approval?.granted === undefined ? {} : { approved: approval }
  return { workflow, options: { requestedBy, via, idempotencyKey: keyOf(id, resource), batch: id, ...approved } }
}
