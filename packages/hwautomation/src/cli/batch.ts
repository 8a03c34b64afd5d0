import { systemClock } from '../clock.ts'
import type { BatchLever } from '../control/client.ts'
import { batchLines, batchTable } from '../report/batch-lines.ts'
import type { OrderOptions } from './ask.ts'
import { refuseToLeave } from './ask.ts'
import { deskDoor, readingDoor, workingDoor, type AskingOptions } from './door.ts'
import { findBatch } from './find-batch.ts'
import { printJson, printLines, remark, screen } from './print.ts'
import { seeBatchThrough } from './see-batch-through.ts'

/** `hwautomation batch list` */
export async function listBatches(options: AskingOptions): Promise<void> {
  await using door = await readingDoor(options)
  const { batches } = await door.client.batches()
  if (options.json) return batches.forEach((batch) => printJson({ type: 'batch-summary', ...batch }))
  if (batches.length === 0) return remark('No batches.')
  const { isTerminal, ...looks } = screen()
  printLines(batchTable(batches, { ...looks, now: systemClock.now(), wholeIds: !isTerminal }))
}

/** `hwautomation batch show <id>` */
export async function showBatch(meant: string, options: AskingOptions): Promise<void> {
  await using door = await readingDoor(options)
  const { batch } = await door.client.batch(await findBatch(door.client, meant))
  if (options.json) printJson({ type: 'batch', batch })
  else printLines(batchLines(batch, { ...screen(), now: systemClock.now() }))
}

/** `hwautomation batch follow <id>` */
export async function followOneBatch(meant: string, options: AskingOptions): Promise<void> {
  await using door = await readingDoor(options)
  const id = await findBatch(door.client, meant)
  await seeBatchThrough(door, id, { json: options.json === true, interrupt: 'stops-looking' })
}

/** `hwautomation batch pause <id>`: what is under way goes on where it goes on, so nobody has to work for it. */
export async function pauseBatch(meant: string, options: OrderOptions): Promise<void> {
  await using door = await deskDoor(options)
  const id = await findBatch(door.client, meant)
  const { batch } = await door.client.steerBatch(id, 'pause', reasonOf(options))
  if (options.json) printJson({ type: 'batch', batch })
  else printLines(batchLines(batch, { ...screen(), now: systemClock.now() }))
}

/** `hwautomation batch proceed|cancel <id>` */
export async function steerBatch(
  what: Exclude<BatchLever, 'pause'>,
  meant: string,
  options: OrderOptions,
): Promise<void> {
  await using door = await workingDoor(options)
  refuseToLeave(door, options)
  const id = await findBatch(door.client, meant)
  const { batch } = await door.client.steerBatch(id, what, reasonOf(options))
  if (options.follow === false) {
    if (options.json) return printJson({ type: 'batch', batch })
    return printLines([`Batch ${id} is ${batch.status}; process ${door.owner?.pid} works on it.`])
  }
  const cancels = what === 'cancel'
  await seeBatchThrough(door, id, { json: options.json === true, interrupt: 'cancels', cancelWanted: cancels })
}

function reasonOf({ reason }: OrderOptions): { readonly reason?: string } {
  return reason === undefined ? {} : { reason }
}
