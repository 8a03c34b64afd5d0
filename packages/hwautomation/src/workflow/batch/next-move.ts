import type { BatchItem, BatchRecord } from './record.ts'

/** What a batch does next. `begin`: these items, by resource. */
export type Move =
  | { readonly kind: 'begin'; readonly resources: readonly string[] }
  | { readonly kind: 'pause'; readonly reason: string }
  | { readonly kind: 'end' | 'wait' }

/**
 * Decides by the document alone what a batch does next; `beginning` are the items whose runs are being started at this moment.
 * Pure: whoever asks again gets the same answer until the document changes.
 */
export function nextMove({ items, policy, status }: BatchRecord, beginning: ReadonlySet<string>): Move {
  const isBeginning = ({ resource }: BatchItem) => beginning.has(resource)
  const underWay = items.filter((item) => isBeginning(item) || isUnderWay(item))
  const waiting = items.filter((item) => item.status === 'waiting' && !isBeginning(item))
  if (status === 'ended') return { kind: 'wait' }
  if (waiting.length === 0 && underWay.length === 0) return { kind: 'end' }
  if (status !== 'running' || waiting.length === 0) return { kind: 'wait' }

  const canaries = items.slice(0, policy.canary)
  const fallen = canaries.find((item) => hasGoneWrong(item) && item.excused !== true)
  if (fallen !== undefined) return { kind: 'pause', reason: `the canary ${fallen.label} ${ending(fallen)}` }
  const failures = items.filter((item) => hasFailed(item) && item.excused !== true)
  if (policy.maxFailures !== undefined && failures.length > policy.maxFailures)
    return { kind: 'pause', reason: `${failures.length} failed, which is more than ${policy.maxFailures}` }

  const areThrough = canaries.every(isThrough)
  const resources = chosen(areThrough ? waiting : waiting.filter((item) => canaries.includes(item)), underWay, policy)
  return resources.length === 0 ? { kind: 'wait' } : { kind: 'begin', resources }
}

/** It has a run that has not ended. */
export function isUnderWay({ status, outcome }: BatchItem): boolean {
  return status === 'started' && outcome === undefined
}

/** Its run could not be started, or FAILED. */
export function hasFailed({ status, outcome }: BatchItem): boolean {
  return status === 'refused' || outcome === 'FAILED'
}

/** It did not come to a good end: also where somebody cancelled it. */
function hasGoneWrong(item: BatchItem): boolean {
  return hasFailed(item) || item.outcome === 'CANCELLED'
}

/** As a canary it keeps the others waiting no longer. */
function isThrough({ outcome, excused }: BatchItem): boolean {
  return outcome === 'COMPLETED' || excused === true
}

function ending({ status, outcome, error }: BatchItem): string {
  const how = status === 'refused' ? 'could not be started' : outcome === 'CANCELLED' ? 'was cancelled' : 'failed'
  return error === undefined ? how : `${how}: ${error.message}`
}

/** In their order, as many as there is room for, in all and in each group. */
function chosen(
  waiting: readonly BatchItem[],
  underWay: readonly BatchItem[],
  { atOnce, perGroup = Infinity }: BatchRecord['policy'],
): string[] {
  const taken = new Map<string, number>()
  const count = ({ group }: BatchItem) => group !== undefined && taken.set(group, (taken.get(group) ?? 0) + 1)
  for (const item of underWay) count(item)
  let room = atOnce - underWay.length
  const resources: string[] = []
  for (const item of waiting) {
    if (room <= 0) break
    if (item.group !== undefined && (taken.get(item.group) ?? 0) >= perGroup) continue
    count(item)
    room -= 1
    resources.push(item.resource)
  }
  return resources
}
