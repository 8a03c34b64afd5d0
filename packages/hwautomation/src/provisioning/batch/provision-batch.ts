import { HwError } from '../../errors.ts'
import type { BatchHandle } from '../../workflow/batch/batches.ts'
import type { BatchRun } from '../../workflow/batch/items.ts'
import type { StartOptions } from '../../workflow/manager-options.ts'
import { type ProvisioningSite, ServerProvisioningWorkflow } from '../server-provisioning-workflow.ts'
import { type BatchCheck, type BatchSite, type Candidate, examine } from './batch-check.ts'
import { type BatchOrder, orderAsJson, readOrder } from './batch-order.ts'

/**
 * Checks an order as a whole and, where nothing speaks against it, starts a run for each of its servers. The same `idempotencyKey`
 * gives the first batch, without checking it again.
 * @throws HwError `batch.refused` with every problem, and what `manager.startBatch` refuses with
 */
export function provisionBatch(
  order: BatchOrder,
  site: ProvisioningSite & BatchSite,
  options: StartOptions,
): Promise<BatchHandle> {
  const { atOnce, perGroup, canary, maxFailures } = order
  const { signal = new AbortController().signal } = options
  const find = async (): Promise<BatchRun[]> => {
    const { candidates, ...check } = await examine(order, site, signal)
    const items = candidates.map(({ checked }) => checked)
    assertFaultless({ ...check, items })
    return candidates.map((candidate) => runOf(candidate, site))
  }
  const { label, problems } = readOrder(order)
  if (problems.length > 0) return Promise.reject(refused(label, problems))
  return site.manager.startBatch(find, {
    ...options,
    label,
    asked: orderAsJson(order),
    ...(atOnce === undefined ? {} : { atOnce }),
    ...(perGroup === undefined ? {} : { perGroup: perGroup.most }),
    ...(canary === undefined ? {} : { canary }),
    ...(maxFailures === undefined ? {} : { maxFailures }),
  })
}

/** Every problem of a check, each with the server that it is about. */
export function problemsOf({ problems, items }: BatchCheck): string[] {
  return [
    ...problems,
    ...items.flatMap(({ serverId, problems: own }) => own.map((problem) => `${serverId}: ${problem}`)),
  ]
}

function assertFaultless(check: BatchCheck): void {
  const problems = problemsOf(check)
  if (problems.length > 0) throw refused(check.label, problems)
}

/** The machine is known already: MAAS is not asked again for each. */
function runOf({ ordered, machine, checked }: Candidate, site: ProvisioningSite): BatchRun {
  const { systemId, hostname, fqdn } = machine!.state
  const known = { ...site, findServer: async () => ({ systemId, hostname, fqdn }) }
  return {
    workflow: new ServerProvisioningWorkflow(ordered.request, known),
    ...(checked.group === undefined ? {} : { group: checked.group }),
  }
}

/** So many are in the message; all of them are in the context. */
const SHOWN = 5

function refused(label: string, problems: readonly string[]): HwError {
  const more = problems.length > SHOWN ? `; and ${problems.length - SHOWN} more` : ''
  return new HwError({
    code: 'batch.refused',
    kind: 'invalid',
    message: `${label} cannot be provisioned: ${problems.slice(0, SHOWN).join('; ')}${more}`,
    hint: 'Correct what is named, or leave those servers out; nothing was started.',
    context: { problems },
  })
}
