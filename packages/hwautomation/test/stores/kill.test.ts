import { expect, test } from 'vitest'
import { newRunId } from '../../src/workflow/ids.ts'
import type { JournalEntry } from '../../src/workflow/events.ts'
import { StateFolder, withoutSync } from './state-folder.ts'
import { StoreProcess } from './store-process.ts'
import { auditOf, entryOf, eventsOf, journalOf, recordOf } from './store-contract.ts'

const state = new StateFolder()
const ROUNDS = 24
const RUNS = 6

interface Acknowledged {
  seq: number
  ended: boolean
  readonly events: number[]
}

test('a process killed at any instant, again and again, loses nothing that it acknowledged, repeats nothing, and goes on', async () => {
  const acknowledged = new Map<string, Acknowledged>()
  const audits: string[] = []
  let cursor: string | undefined
  const followed: string[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const child = await StoreProcess.start(state.path)
    // what the process before left unfinished goes on
    const unfinished = (await child.ask('unfinished')) as { id: string; seq: number }[]
    const ids = [...unfinished.map(({ id }) => id), ...Array.from({ length: RUNS }, newRunId)].slice(0, RUNS)
    const seqs = new Map(unfinished.map(({ id, seq }) => [id, seq]))
    const enough = new Countdown(1 + ((round * 37) % 160))
    const working = ids.map((id) => work(child, id, seqs.get(id) ?? 0, acknowledged, enough))
    const auditing = audit(child, round, audits)
    await enough.reached
    await child.kill()
    await Promise.all([...working, auditing])

    const store = await state.open({ fileSystem: withoutSync })
    expect(store.troubles.filter(({ message }) => !message.includes('the last line was torn'))).toEqual([])
    for (const [id, { seq, ended, events }] of acknowledged) {
      const record = (await store.load(id))!
      expect(record.seq, id).toBeGreaterThanOrEqual(seq)
      if (ended) expect(record.status).toBe('COMPLETED')
      const found = (await eventsOf(store, id)).map((event) => event.seq)
      expect(found, id).toEqual([...new Set(found)].toSorted((a, b) => a - b))
      expect(
        events.filter((each) => !found.includes(each)),
        id,
      ).toEqual([])
      if (record.status === 'RUNNING') expect(record.seq).toBeGreaterThanOrEqual(found.at(-1) ?? 0)
    }
    for await (const line of store.journal(cursor === undefined ? {} : { after: cursor })) {
      ;({ cursor } = line)
      followed.push(cursor)
    }
    const all = await journalOf(store)
    expect(followed).toEqual(all.map((line) => line.cursor))
    const lines = all.map((line) => (line.type === 'audit' ? line.reason : `${line.workflowId} ${line.seq}`))
    expect(new Set(lines).size).toBe(lines.length)
    expect(audits.filter((reason) => !lines.includes(reason))).toEqual([])
    await store.close()
  }
  expect([...acknowledged.values()].filter(({ ended }) => ended).length).toBeGreaterThan(2 * RUNS)
}, 120_000)

/** A run of ten transitions with progress between, as fast as the store takes them, and then the next. Ends with the process. */
async function work(
  child: StoreProcess,
  first: string,
  from: number,
  acknowledged: Map<string, Acknowledged>,
  enough: Countdown,
): Promise<void> {
  let id = first
  let seq = from
  try {
    for (;;) {
      const known = acknowledged.get(id) ?? { seq: 0, ended: false, events: [] }
      const begin = seq
      for (let step = 0; step < 10; step += 1) {
        const ended = step === 9
        const events: JournalEntry[] = [entryOf(id, (seq += 1)), entryOf(id, (seq += 1))]
        await child.ask(
          'save',
          recordOf(id, { seq, status: ended ? 'COMPLETED' : 'RUNNING', idempotencyKey: id, begin }),
          events,
        )
        enough.count()
        known.seq = seq
        known.ended = ended
        known.events.push(...events.map((event) => event.seq))
        acknowledged.set(id, known)
        if (ended) break
        const progress = [entryOf(id, (seq += 1)), entryOf(id, (seq += 1))]
        await child.ask('append', progress)
        enough.count()
        known.events.push(...progress.map((event) => event.seq))
      }
      id = newRunId()
      seq = 0
    }
  } catch {
    // killed
  }
}

async function audit(child: StoreProcess, round: number, audits: string[]): Promise<void> {
  try {
    for (let count = 0; ; count += 1) {
      const reason = `audit ${round}.${count}`
      await child.ask('append', [auditOf('hold', { reason })])
      audits.push(reason)
    }
  } catch {
    // killed
  }
}

/** So many answers, and then the end comes at whatever the process is doing. */
class Countdown {
  readonly reached: Promise<void>
  #left: number
  #reach = () => {}

  constructor(count: number) {
    this.#left = count
    this.reached = new Promise((resolve) => (this.#reach = resolve))
  }

  count(): void {
    this.#left -= 1
    if (this.#left === 0) this.#reach()
  }
}
