import type { WorkflowRecord } from '../workflow/record.ts'
import { ACTIVE_FOLDER, type ActiveRuns } from './active-runs.ts'
import type { Artefacts } from './artefacts.ts'
import type { Disk } from './disk.ts'
import { absent, namesIn } from './file-system.ts'
import { dayOf } from './journal/cursor.ts'
import type { Journal } from './journal/journal.ts'
import { PAST_FOLDER, type PastRuns } from './past-runs.ts'
import type { RunIndex } from './run-index.ts'

export interface RetainOptions {
  /** Runs that ended before are removed. */
  readonly olderThan: Date
  /** Stops between two files; what is removed by then stays removed. */
  readonly signal?: AbortSignal
}

/** How much was removed. */
export interface Retained {
  readonly runs: number
  readonly journalDays: number
  readonly artefacts: number
}

export interface RetentionDeps {
  readonly disk: Disk
  readonly active: ActiveRuns
  readonly past: PastRuns
  readonly index: RunIndex
  readonly journal: Journal
  readonly artefacts: Artefacts
}

const INDEX_BATCH = 500
/** The notes come right after the checksum; `from` is the first of them. */
const FROM_DAY = /^.{0,40}"@store":\{"from":"(\d{8})\.\d+"/
const CREATED = /"createdAt":"(\d{4})-(\d\d)-(\d\d)T/
const HASH = /"([0-9a-f]{64})"/g

/**
 * Removes old past runs, then the days of the journal and the artefacts that no run left needs. Runs go first: a crash leaves things that
 * nobody names, which the next time removes, never a run that names something that is gone. Runs that have not ended are not touched.
 * Costs the reading of every run that stays.
 */
export async function retain(deps: RetentionDeps, { olderThan, signal }: RetainOptions): Promise<Retained> {
  const runs = await removeRuns(deps, olderThan.toISOString(), signal)
  let firstDay = dayOf(olderThan.toISOString())!
  const artefacts = await deps.artefacts.removeUnneeded(async (candidates) => {
    const needed = new Set<string>()
    for await (const text of textsOfAllRuns(deps, signal)) {
      for (const [, hash] of text.matchAll(HASH)) if (candidates.has(hash!)) needed.add(hash!)
      const day = firstDayOf(text)
      if (day !== undefined && day < firstDay) firstDay = day
    }
    return needed
  }, signal)
  return { runs, artefacts, journalDays: await removeDays(deps, firstDay, signal) }
}

async function removeRuns(
  { disk, past, index }: RetentionDeps,
  olderThan: string,
  signal?: AbortSignal,
): Promise<number> {
  const lastDay = dayOf(olderThan)!
  let removed = 0
  let batch: WorkflowRecord[] = []
  const cleanIndex = async () => {
    await index.remove(batch)
    batch = []
  }
  try {
    for await (const { day, part } of past.partitions()) {
      if (day > lastDay) break
      for (const run of await past.inPartition(day, part)) {
        signal?.throwIfAborted()
        const record = await past.readNamed(run)
        if (record === undefined || (record.endedAt ?? record.createdAt) >= olderThan) continue
        await disk.remove(disk.path(run.name))
        removed += 1
        if (batch.push(record) >= INDEX_BATCH) await cleanIndex()
      }
    }
  } finally {
    await cleanIndex()
  }
  return removed
}

async function removeDays({ disk, journal }: RetentionDeps, firstDay: string, signal?: AbortSignal): Promise<number> {
  let removed = 0
  for (const day of await journal.files.days()) {
    if (day >= firstDay || day >= journal.place.day) break
    signal?.throwIfAborted()
    await disk.remove(journal.files.path(day))
    removed += 1
  }
  return removed
}

/** As text: also what cannot be read as a run names what it needs. */
async function* textsOfAllRuns({ disk, active, past }: RetentionDeps, signal?: AbortSignal): AsyncGenerator<string> {
  for (const document of active.all()) yield JSON.stringify({ '@crc': '', ...document })
  yield* textsIn(disk, ACTIVE_FOLDER, signal)
  for await (const { day, part } of past.partitions()) yield* textsIn(disk, `${PAST_FOLDER}/${day}/${part}`, signal)
}

async function* textsIn(disk: Disk, folder: string, signal?: AbortSignal): AsyncGenerator<string> {
  for (const name of await namesIn(disk.fs, disk.path(folder))) {
    signal?.throwIfAborted()
    yield (await disk.fs.readFile(disk.path(folder, name), 'utf8').catch(absent)) ?? ''
  }
}

/** The day of the journal from which on a run's events are there; undefined where the text does not tell. */
function firstDayOf(text: string): string | undefined {
  return FROM_DAY.exec(text)?.[1] ?? CREATED.exec(text)?.slice(1).join('')
}
