import type { ControlClient } from '../control/client.ts'
import { HwError } from '../errors.ts'

/**
 * The id of the batch that somebody means: by its id or the beginning of one, with or without `batch_`.
 * @throws HwError `cli.no-such-batch`, `cli.ambiguous-batch`
 */
export async function findBatch(client: ControlClient, meant: string): Promise<string> {
  const name = meant.trim()
  const beginning = name.startsWith('batch_') ? name : `batch_${name}`
  const { batches } = await client.batches()
  // nothing is the beginning of all: a script whose variable is empty means none
  const found = beginning === 'batch_' ? [] : batches.filter(({ id }) => id.startsWith(beginning))
  if (found.length === 1) return found[0]!.id
  if (found.length === 0)
    throw new HwError({
      code: 'cli.no-such-batch',
      kind: 'invalid',
      message: `There is no batch whose id begins with "${name.slice(0, 80)}".`,
      hint: '`hwautomation batch list` shows the batches there are.',
      context: { asked: name.slice(0, 80) },
    })
  const faults = found.map(({ id, label }) => `${id}  ${label}`)
  throw new HwError({
    code: 'cli.ambiguous-batch',
    kind: 'invalid',
    message: `"${name.slice(0, 80)}" means ${found.length} batches: ${faults.join('; ')}.`,
    hint: 'Name one of them by its whole id.',
    context: { faults },
  })
}
