import { HwError, type RecordQuery, type WorkflowManager, type WorkflowRecord } from 'hwautomation'

const PAGE = 200
const MOST_SHOWN = 10

/**
 * The run that somebody means: by its id, the beginning of one, or a server, which means the run that is active on it, else its newest.
 * @throws HwError `slack.no-such-run`, `slack.ambiguous-run`
 */
export async function findRun(manager: WorkflowManager, meant: string): Promise<WorkflowRecord> {
  const byId = meant.startsWith('run_') ? await runsById(manager, meant) : await runsOfServer(manager, meant)
  const found = byId.length === 0 && /^[0-9a-f-]{4,}$/.test(meant) ? await runsById(manager, `run_${meant}`) : byId
  const [only, ...others] = found
  if (only === undefined) throw noSuchRun(meant)
  if (others.length > 0) throw ambiguous(meant, found)
  return only
}

/** The newest run of each machine of that name; the active one where there is one. */
async function runsOfServer(manager: WorkflowManager, server: string): Promise<readonly WorkflowRecord[]> {
  const active = await manager.list({ server, status: ['PENDING', 'RUNNING'], limit: PAGE })
  const { records } = active.records.length > 0 ? active : await manager.list({ server, limit: PAGE })
  return [...new Map(records.toReversed().map((record) => [record.resource, record])).values()]
}

/** Ids sort by time, newest first: what is older than the beginning cannot have it. */
async function runsById(manager: WorkflowManager, beginning: string): Promise<readonly WorkflowRecord[]> {
  const whole = await manager.get(beginning)
  if (whole !== undefined) return [whole.record()]
  const found: WorkflowRecord[] = []
  let query: RecordQuery | undefined = { limit: PAGE }
  while (query !== undefined) {
    const { records, next } = await manager.list(query)
    found.push(...records.filter(({ id }) => id.startsWith(beginning)))
    const oldest = records.at(-1)?.id ?? ''
    // a beginning that short names nothing: the whole history is not read for it
    if (found.length > MOST_SHOWN) return found
    const mayHaveMore = next !== undefined && (oldest >= beginning || oldest.startsWith(beginning))
    query = mayHaveMore ? { limit: PAGE, after: next } : undefined
  }
  return found
}

function noSuchRun(name: string): HwError {
  return new HwError({
    code: 'slack.no-such-run',
    kind: 'invalid',
    message: `There is no run whose id begins with "${name.slice(0, 80)}", and no run of a server of that name.`,
    hint: '`list` shows the runs there are.',
    context: { asked: name.slice(0, 80) },
  })
}

function ambiguous(name: string, runs: readonly WorkflowRecord[]): HwError {
  const faults = runs.slice(0, MOST_SHOWN).map(({ id, resourceLabel, status }) => `${id} ${resourceLabel} ${status}`)
  return new HwError({
    code: 'slack.ambiguous-run',
    kind: 'invalid',
    message: `"${name.slice(0, 80)}" means ${runs.length > MOST_SHOWN ? `more than ${MOST_SHOWN}` : runs.length} runs: ${faults.join('; ')}.`,
    hint: 'Name one of them by its id.',
    context: { faults },
  })
}
