/** The process that is killed: a manager on a state directory, whose data centre lives in the test's process. Works off one job after the other. */
import { connectLabClock } from '@hwautomation/testkit'
import { LowdbStore, type RunHandle, type WorkflowEvent } from '../../src/index.ts'
import { heldStore, type NotedWrite } from './held-store.ts'
import type { CancelAt, Ended, Job, Report, SeenEvent } from './messages.ts'
import { openSite, type CrashSite } from './site.ts'
import { tornDisk } from './torn-disk.ts'

const tell = (report: Report) => void process.send?.(report)

async function work(job: Job): Promise<Ended> {
  using clock = await connectLabClock(job.clock)
  const writes: NotedWrite[] = []
  const { fileSystem, tearNext } = tornDisk()
  const store = heldStore(new LowdbStore(job.stateDir, { fileSystem }), {
    writes,
    tearNext,
    held: (write) => tell({ is: 'held', write }),
    ...(job.hold === undefined ? {} : { hold: job.hold }),
  })
  tell({ is: 'connected' })
  const site = await openSite(job, store, clock)
  try {
    follow(site, job.cancelAt)
    const handle = await (job.do === 'start' ? site.start() : onlyRun(site))
    const record = (await handle?.outcome())?.record
    return {
      ...(record === undefined ? {} : { record }),
      events: record === undefined ? [] : await all(store.events(record.id, 0)),
      sinceCursor: job.cursor === undefined ? [] : await all(store.journal({ after: job.cursor })),
      writes,
    }
  } finally {
    await site.close()
  }
}

async function onlyRun({ manager }: CrashSite): Promise<RunHandle | undefined> {
  const { records } = await manager.list({})
  if (records.length > 1) throw new Error(`${records.length} runs in a directory of one`)
  return records[0] && manager.get(records[0].id)
}

/** Tells of transitions, as any listener hears of them, and cancels where the job says so. */
function follow({ manager }: CrashSite, cancelAt: CancelAt | undefined): void {
  let met = 0
  manager.onEvent((event: WorkflowEvent) => {
    if (/^workflow\.|^step\.status/.test(event.type)) tell({ is: 'heard', cursor: event.cursor, type: event.type })
    if (cancelAt === undefined || event.type !== cancelAt.type || !('step' in event) || event.step !== cancelAt.step)
      return
    met += 1
    if (met !== cancelAt.nth) return
    void manager.get(event.workflowId).then((run) => run?.cancel({ by: 'ada', reason: 'second thoughts' }))
  })
}

async function all(events: AsyncIterable<unknown>): Promise<SeenEvent[]> {
  const seen: SeenEvent[] = []
  for await (const event of events) seen.push(event as SeenEvent)
  return seen
}

// A lane that is gone asks for nothing more.
process.on('disconnect', () => process.exit())
process.on('message', (job: Job) => {
  work(job).then(
    (ended) => tell({ is: 'ended', ended }),
    (error: unknown) =>
      tell({ is: 'failed', error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  )
})
