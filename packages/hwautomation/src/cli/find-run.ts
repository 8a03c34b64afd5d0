import type { ControlClient } from '../control/client.ts'
import type { RunSummary } from '../control/run-summary.ts'
import { HwError, isHwError } from '../errors.ts'
import { plain } from '../report/style.ts'
import { clockTime } from '../report/times.ts'
import { systemClock } from '../clock.ts'
import { hasEnded } from '../workflow/status.ts'

const PAGE = 200
/** Enough to choose from. */
const MOST_SHOWN = 10

/**
 * The id of the run that somebody means: by its id, by the beginning of one, or by a server, which means the run that is active on it,
 * else its newest.
 * @throws HwError `cli.no-such-run`, `cli.ambiguous-run` with the runs to choose from
 */
export async function findRun(client: ControlClient, meant: string): Promise<string> {
  const name = meant.trim()
  if (name.startsWith('run_')) return byId(client, name)
  const ofServer = await byServer(client, name)
  if (ofServer !== undefined) return ofServer
  if (/^[0-9a-f-]{4,}$/.test(name)) return byId(client, `run_${name}`)
  throw noSuchRun(name)
}

async function byServer(client: ControlClient, server: string): Promise<string | undefined> {
  const active = await client.runs({ server, status: ['PENDING', 'RUNNING'], limit: PAGE })
  const { workflows } = active.workflows.length > 0 ? active : await client.runs({ server, limit: PAGE })
  const newest = [...new Map(workflows.toReversed().map((run) => [run.resource, run])).values()]
  if (newest.length > 1) throw ambiguous(server, newest)
  return newest[0]?.id
}

/** Ids sort by time, newest first: what is older than the beginning cannot have it. */
async function byId(client: ControlClient, beginning: string): Promise<string> {
  const whole = await client.run(beginning).catch(unlessMissing)
  if (whole !== undefined) return whole.workflow.id
  const found: RunSummary[] = []
  let after: string | undefined
  do {
    const page = await client.runs({ limit: PAGE, ...(after === undefined ? {} : { after }) })
    found.push(...page.workflows.filter(({ id }) => id.startsWith(beginning)))
    const oldest = page.workflows.at(-1)?.id ?? ''
    after = oldest >= beginning || oldest.startsWith(beginning) ? page.next : undefined
  } while (after !== undefined)
  if (found.length > 1) throw ambiguous(beginning, found)
  if (found[0] === undefined) throw noSuchRun(beginning)
  return found[0].id
}

function unlessMissing(error: unknown): undefined {
  if (isHwError(error) && error.code === 'workflow.no-such-run') return undefined
  throw error
}

function noSuchRun(name: string): HwError {
  return new HwError({
    code: 'cli.no-such-run',
    kind: 'invalid',
    message: `There is no run whose id begins with "${name.slice(0, 80)}", and no run of a server of that name.`,
    hint: '`hwautomation list` shows the runs there are.',
    context: { asked: name.slice(0, 80) },
  })
}

function ambiguous(name: string, runs: readonly RunSummary[]): HwError {
  const now = systemClock.now()
  const faults = runs
    .slice(0, MOST_SHOWN)
    .map(({ id, server, status, createdAt }) => `${id}  ${plain(server)}  ${status}  ${clockTime(createdAt, now)}`)
  return new HwError({
    code: 'cli.ambiguous-run',
    kind: 'invalid',
    message: `"${name.slice(0, 80)}" means ${runs.length} runs: ${faults.join('; ')}.`,
    hint: hasEnded(runs[0]!.status)
      ? 'Name one of them by its id.'
      : 'Name one of them by its id, or the server by its FQDN.',
    context: { faults },
  })
}
