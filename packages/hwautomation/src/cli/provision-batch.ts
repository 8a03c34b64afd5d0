import { readFile } from 'node:fs/promises'
import { HwError } from '../errors.ts'
import { isRange } from '../provisioning/batch/range.ts'
import { LARGEST_SHEET } from '../provisioning/batch/rack-sheet.ts'
import type { BatchOrder } from '../provisioning/batch/batch-order.ts'
import { batchCheckLines, shortBatchId } from '../report/batch-lines.ts'
import { refuseToLeave } from './ask.ts'
import { workingDoor } from './door.ts'
import { EXIT } from './exit.ts'
import { openToLook, type RequestOptions } from './open.ts'
import { printJson, printLines, remark, screen } from './print.ts'
import { seeBatchThrough } from './see-batch-through.ts'

export interface BatchOptions extends RequestOptions {
  /** A CSV file. */
  readonly sheet?: string
  readonly atOnce?: number
  readonly perGroup?: NonNullable<BatchOrder['perGroup']>
  readonly canary?: number
  readonly maxFailures?: number
  readonly plan?: boolean
  readonly follow?: boolean
}

/** Whether a command means several servers. */
export function meansBatch(server: string | undefined, options: BatchOptions): boolean {
  const { sheet, atOnce, perGroup, canary, maxFailures } = options
  const isSteered = [atOnce, perGroup, canary, maxFailures].some((option) => option !== undefined)
  return sheet !== undefined || isSteered || (server !== undefined && isRange(server))
}

/** `hwautomation provision 'srv[001-040]' a1.c5.large`, `hwautomation provision --sheet rack.csv` */
export async function provisionBatch(words: readonly string[], options: BatchOptions): Promise<void> {
  const order = await orderOf(words, options)
  if (options.plan === true) return planBatch(order, options)
  await using door = await workingDoor(options)
  refuseToLeave(door, options)
  if (options.json !== true && door.owner !== undefined)
    remark(`Process ${door.owner.pid} works on the state directory: it does it, this one follows.`)
  const { key } = options
  const { batch } = await door.client.provisionBatch(order, key === undefined ? {} : { idempotencyKey: key })
  if (options.follow === false) {
    if (options.json) return printJson({ type: 'batch', batch })
    return printLines([`Batch ${batch.id} goes on in process ${door.owner?.pid}.`])
  }
  if (options.json !== true) remark(`Batch ${shortBatchId(batch.id)}: ${batch.items.length} servers.`)
  await seeBatchThrough(door, batch.id, { json: options.json === true, interrupt: 'cancels' })
}

async function planBatch(order: BatchOrder, options: BatchOptions): Promise<void> {
  await using hw = await openToLook(options)
  const check = await hw.checkBatch(order)
  if (options.json) printJson({ type: 'batch-check', ...check })
  else printLines(batchCheckLines(check, screen()))
  const isFine = check.problems.length === 0 && check.items.every(({ problems }) => problems.length === 0)
  process.exitCode = isFine ? EXIT.done : EXIT.failed
}

/** The words of the command are the servers and the device type; with a sheet, the device type alone. */
async function orderOf(words: readonly string[], options: BatchOptions): Promise<BatchOrder> {
  const { sheet, ipmi, gateway, netmask, recommission, leaveOn, timeout, retries } = options
  const { atOnce, perGroup, canary, maxFailures } = options
  const [servers, deviceType] = sheet !== undefined && words.length < 2 ? [undefined, words[0]] : words
  return present({
    servers,
    sheet: sheet === undefined ? undefined : await sheetText(sheet),
    deviceType,
    ipmi,
    gateway,
    subnetMask: netmask,
    atOnce,
    perGroup,
    canary,
    maxFailures,
    recommission,
    leaveOn: leaveOn as 'rescue' | undefined,
    timeout: timeout === undefined || !/^\d+$/.test(timeout) ? timeout : Number(timeout),
    retryCount: retries === undefined ? undefined : Number(retries),
  })
}

type Maybe<Fields> = { readonly [Field in keyof Fields]: Fields[Field] | undefined }

function present(fields: Maybe<BatchOrder>): BatchOrder {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

/** @throws HwError `cli.unreadable-sheet` */
async function sheetText(file: string): Promise<string> {
  const unreadable = (why: string, cause?: unknown) =>
    new HwError({
      code: 'cli.unreadable-sheet',
      kind: 'invalid',
      message: `The rack sheet ${file} cannot be read: ${why}.`,
      hint: 'Name a CSV file with the columns server, device type and BMC address.',
      context: { file },
      ...(cause === undefined ? {} : { cause }),
    })
  let bytes: Buffer
  try {
    bytes = await readFile(file)
  } catch (error) {
    throw unreadable(error instanceof Error ? error.message : String(error), error)
  }
  if (bytes.byteLength > LARGEST_SHEET) throw unreadable(`it is larger than ${LARGEST_SHEET / 1024} KiB`)
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    throw unreadable('it is not UTF-8; save it as CSV (UTF-8)', error)
  }
}
