import type { BatchRecord, RecordQuery, WorkflowRecord } from 'hwautomation'
import { homeView } from '../views/home.ts'
import type { Desk } from './desk.ts'
import type { Newsroom } from './newsroom.ts'

/** Who opened their App Home keeps it true for so long. */
const LOOKS_FOR_MS = 10 * 60_000
const MOST_RUNS = 50
const MOST_FAILURES = 10

/** Publishes App Homes for those who look at theirs, and for nobody else: each publish counts against a limit of the whole workspace. */
export class HomeViewers {
  readonly #desk: Desk
  readonly #newsroom: Newsroom
  /** Milliseconds since the epoch until which somebody is taken to look, by user id. */
  readonly #until = new Map<string, number>()
  #isRipe = false

  constructor(desk: Desk, newsroom: Newsroom) {
    this.#desk = desk
    this.#newsroom = newsroom
  }

  async opened(user: string): Promise<void> {
    this.#until.set(user, this.#desk.clock.now() + LOOKS_FOR_MS)
    await this.#publish([user])
  }

  changed(): void {
    this.#isRipe = true
  }

  async beat(): Promise<void> {
    const now = this.#desk.clock.now()
    for (const [user, until] of this.#until) if (until < now) this.#until.delete(user)
    if (!this.#isRipe || this.#until.size === 0) return
    this.#isRipe = false
    await this.#publish([...this.#until.keys()])
  }

  async #publish(users: readonly string[]): Promise<void> {
    const { manager, clock, outbox } = this.#desk
    const [running, pending, failures, batches] = await Promise.all([
      this.#runs({ status: ['RUNNING'], limit: MOST_RUNS }),
      this.#runs({ status: ['PENDING'], limit: MOST_RUNS }),
      this.#runs({ status: ['FAILED'], limit: MOST_FAILURES }),
      this.#batches(),
    ])
    const isForApproval = (record: WorkflowRecord) => record.waitingFor?.kind === 'approval'
    const everybodys = {
      active: running,
      failures,
      queue: pending.filter((record) => !isForApproval(record)).toReversed(),
      approvals: pending.filter(isForApproval),
      batches,
      managerState: manager.state,
      now: clock.now(),
    }
    for (const user of users) outbox.publishHome(user, homeView({ ...everybodys, mine: this.#mine(user), user }))
  }

  /** Newest first, as they are at this moment. */
  async #runs(query: RecordQuery): Promise<WorkflowRecord[]> {
    const { records } = await this.#desk.manager.list(query)
    const live = records.map(async (record) => (await this.#desk.manager.get(record.id))?.record() ?? record)
    return Promise.all(live)
  }

  async #batches(): Promise<BatchRecord[]> {
    return (await this.#desk.manager.batches()).filter(({ status }) => status !== 'ended')
  }

  #mine(user: string): WorkflowRecord[] {
    return this.#newsroom.stories
      .filter(({ link, state }) => link.is === 'run' && link.requester === user && state !== undefined)
      .map(({ state }) => state as WorkflowRecord)
  }
}
