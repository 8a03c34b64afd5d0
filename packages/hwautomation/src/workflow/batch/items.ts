import { toHwError } from '../../errors.ts'
import type { RunnableWorkflow, WorkflowDefinition } from '../definition.ts'
import type { Registry } from '../registry.ts'
import { toJson } from '../shorten.ts'
import { invalidBatch } from './batch-errors.ts'
import { MOST_ITEMS } from './policy.ts'
import type { BatchItem, BatchRecord } from './record.ts'

/** One of the runs that a batch is asked for. */
export interface BatchRun {
  readonly workflow: RunnableWorkflow<any>
  /** What it shares with others: the rack, zone or pool that `perGroup` counts. */
  readonly group?: string
}

/** How many requests are resolved at a time: each may ask the world. */
const AT_ONCE = 8

/**
 * What a batch is to do, item by item: each workflow's request as the world understands it, so that a later process can go on with it.
 * @throws HwError `batch.invalid` naming everything that is wrong; `workflow.definition-conflict`
 */
export async function itemsOf(
  runs: readonly BatchRun[],
  { registry }: { readonly registry: Registry },
  signal: AbortSignal,
): Promise<Pick<BatchRecord, 'definition' | 'items'>> {
  const [first] = runs
  if (first === undefined) throw invalidBatch(['there is nothing in it'])
  if (runs.length > MOST_ITEMS) throw invalidBatch([`${runs.length} are more than ${MOST_ITEMS} at once`])
  const named = ({ name, version }: WorkflowDefinition<any>) => `${name}@${version}`
  const { definition } = first.workflow
  const others = runs.map(({ workflow }) => named(workflow.definition)).filter((name) => name !== named(definition))
  if (others.length > 0)
    throw invalidBatch([`all items are of one workflow, and there are ${named(definition)} and ${others[0]!}`])
  registry.register(definition, (view) => first.workflow.capabilities(view))

  const problems: string[] = []
  const items: BatchItem[] = []
  for (let at = 0; at < runs.length; at += AT_ONCE) {
    const some = runs.slice(at, at + AT_ONCE).map((run) => resolved(run, signal))
    for (const result of await Promise.allSettled(some))
      if (result.status === 'fulfilled') items.push(result.value)
      else problems.push(toHwError(result.reason).message)
    signal.throwIfAborted()
  }
  const twice = items.filter(({ resource }, index) => items.findIndex((other) => other.resource === resource) < index)
  problems.push(...twice.map(({ label }) => `${label} is in it twice`))
  if (problems.length > 0) throw invalidBatch(problems)
  return { definition: { name: definition.name, version: definition.version }, items }
}

async function resolved({ workflow, group }: BatchRun, signal: AbortSignal): Promise<BatchItem> {
  const { resource, label, request } = await workflow.resolve(signal)
  const limits = limitsOf(workflow)
  return {
    resource,
    label,
    ...(group === undefined ? {} : { group }),
    request: toJson(request),
    status: 'waiting',
    ...(limits === undefined ? {} : { limits }),
  }
}

function limitsOf({ timeout, retryCount }: RunnableWorkflow<any>): BatchItem['limits'] {
  if (timeout === undefined && retryCount === undefined) return undefined
  return { ...(timeout === undefined ? {} : { timeout }), ...(retryCount === undefined ? {} : { retryCount }) }
}
