import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { systemClock } from '../clock.ts'
import type { RunsQuery } from '../control/client.ts'
import { summaryOf } from '../control/run-summary.ts'
import { HwError } from '../errors.ts'
import { nextCommands } from '../report/next-commands.ts'
import { recordLines } from '../report/record-lines.ts'
import { runTable } from '../report/run-table.ts'
import { runLines, statusLines } from '../report/status-lines.ts'
import { plain } from '../report/style.ts'
import type { WorkflowStatus } from '../workflow/status.ts'
import { readingDoor, type AskingOptions } from './door.ts'
import { findRun } from './find-run.ts'
import { printJson, printLines, remark, screen } from './print.ts'
import { seeThrough } from './see-through.ts'

/** `hwautomation status [server|id]` */
export async function status(meant: string | undefined, options: AskingOptions): Promise<void> {
  await using door = await readingDoor(options)
  const { client } = door
  const now = systemClock.now()
  if (meant !== undefined) {
    const { workflow, working } = await client.run(await findRun(client, meant))
    const run = summaryOf(workflow, working)
    if (options.json) printJson({ type: 'run', ...run })
    else printLines(runLines(run, { ...screen(), now }))
    return
  }
  const found = await client.status()
  if (options.json) return printJson({ type: 'status', ...found })
  const lately = (await client.runs({ status: ['COMPLETED', 'FAILED', 'CANCELLED'], limit: 5 })).workflows
  printLines([
    ...statusLines(found, { ...screen(), now }),
    ...(lately.length === 0 ? [] : ['', ...runTable(lately, { ...screen(), now })]),
  ])
}

export interface ListOptions extends AskingOptions {
  readonly status?: readonly WorkflowStatus[]
  readonly server?: string
  readonly limit?: number
  readonly after?: string
  readonly all?: boolean
}

/** `hwautomation list` */
export async function list(options: ListOptions): Promise<void> {
  const { status, server, limit, after } = options
  await table(
    {
      ...(status === undefined ? {} : { status }),
      ...(server === undefined ? {} : { server }),
      ...(limit === undefined ? {} : { limit }),
      ...(after === undefined ? {} : { after }),
    },
    options,
  )
}

/** `hwautomation history <server>` */
export async function history(server: string, options: ListOptions): Promise<void> {
  const { limit, after } = options
  await table({ server, ...(limit === undefined ? {} : { limit }), ...(after === undefined ? {} : { after }) }, options)
}

/** A page of runs, or with `--all` every one, a page at a time. */
async function table(query: RunsQuery, { all, json, ...options }: ListOptions): Promise<void> {
  await using door = await readingDoor(options)
  const now = systemClock.now()
  const { isTerminal, ...looks } = screen()
  let after = query.after
  let found = 0
  do {
    const page = await door.client.runs({ ...query, ...(after === undefined ? {} : { after }) })
    after = page.next
    const rows = runTable(page.workflows, { ...looks, now, wholeIds: !isTerminal })
    if (json) for (const run of page.workflows) printJson({ type: 'run', ...run })
    else if (page.workflows.length > 0) printLines(found === 0 ? rows : rows.slice(1))
    found += page.workflows.length
    if (all !== true) break
  } while (after !== undefined)
  if (json && after !== undefined) printJson({ type: 'next', after })
  else if (after !== undefined) remark(`There are more: --all, or --after ${after}`)
  else if (found === 0) tellOfNone(query, json)
}

/** Said beside the output: nothing found is no error, but a name may be mistyped. */
function tellOfNone({ server, status, after }: RunsQuery, json: boolean | undefined): void {
  if (server !== undefined && status === undefined && after === undefined) remark(noneOf(server))
  else if (json !== true)
    remark(status === undefined && after === undefined && server === undefined ? 'No runs.' : 'No such runs.')
}

function noneOf(server: string): string {
  return `No run of a server "${plain(server)}" is on record.`
}

/** `hwautomation show <server|id>` */
export async function show(meant: string, options: AskingOptions): Promise<void> {
  await using door = await readingDoor(options)
  const { workflow } = await door.client.run(await findRun(door.client, meant))
  if (options.json) printJson({ type: 'record', record: workflow })
  else {
    const next = nextCommands(workflow)
    const lines = recordLines(workflow, { colour: screen().colour, now: systemClock.now() })
    printLines([...lines, ...(next.length === 0 ? [] : ['', ...next])])
  }
}

/** `hwautomation follow <server|id>` */
export async function followRun(meant: string, options: AskingOptions): Promise<void> {
  await using door = await readingDoor(options)
  const id = await findRun(door.client, meant)
  await seeThrough(door, id, { json: options.json === true, interrupt: 'stops-looking' })
}

export interface AuditOptions extends AskingOptions {
  readonly server?: string
  readonly from?: string
  readonly until?: string
}

/** `hwautomation audit`: JSON Lines, with or without `--json`. */
export async function audit(options: AuditOptions): Promise<void> {
  const { server, from, until } = options
  await using door = await readingDoor(options)
  const lines = door.client.audit({
    ...(server === undefined ? {} : { server }),
    ...(from === undefined ? {} : { from }),
    ...(until === undefined ? {} : { until }),
  })
  let found = false
  for await (const line of lines) {
    found = true
    printJson(line)
  }
  if (found || server === undefined) return
  const runs = await door.client.runs({ server, limit: 1 })
  if (runs.workflows.length === 0) remark(noneOf(server))
}

/** `hwautomation export <server|id>` */
export async function exportRun(meant: string, options: AskingOptions & { readonly output?: string }): Promise<void> {
  await using door = await readingDoor(options, { forBundle: true })
  const id = await findRun(door.client, meant)
  const bundle = Readable.from(door.client.exportRun(id))
  if (options.output === '-') return await pipeline(bundle, process.stdout, { end: false })
  const file = options.output ?? `${id}.tar.gz`
  try {
    await pipeline(bundle, createWriteStream(file, { mode: 0o600, flags: 'wx' }))
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EEXIST' ? isThere(file) : error
  }
  if (options.json) printJson({ type: 'export', run: id, file })
  else printLines([`${plain(file)}: look through it before you hand it on; its README.txt says what is in it.`])
}

function isThere(file: string): HwError {
  return new HwError({
    code: 'cli.file-exists',
    kind: 'invalid',
    message: `${file} is there already; it was not touched.`,
    hint: 'Name another file with -o.',
    context: { file },
  })
}
