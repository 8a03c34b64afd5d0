import type { BatchRecord, WorkflowRecord } from 'hwautomation'
import { modeFor } from '../outbox/modes.ts'
import type { Link } from '../state/documents.ts'
import type { ShowMode } from '../views/run-message.ts'
import { batchSubject } from './batch-subject.ts'
import { boardSubject } from './board-subject.ts'
import type { Desk } from './desk.ts'
import { isShared } from './living-message.ts'
import { hasEnded, runSubject } from './run-subject.ts'
import { Story } from './story.ts'
import type { News } from './urgency.ts'

type AnyStory = Story<any>

/** So many messages say that they stand still: Slack takes that many edits at once, and the process is to end. */
const MOST_FAREWELLS = 10

/**
 * All stories that are being told, and how closely: by how many of them are busy. Of what was told to its end nothing is kept here.
 */
export class Newsroom {
  readonly #desk: Desk
  readonly #stories = new Map<string, AnyStory>()
  readonly #busy = new Set<string>()
  /** Runs of batches that go on, by run id: the batch's id. */
  readonly #members = new Map<string, string>()
  /** Batches with news that wait for the next heartbeat. */
  readonly #ripe = new Set<string>()
  /** Board of each channel, by channel id. */
  readonly #boards = new Map<string, string>()
  #mode: ShowMode = 'live'
  #boardsAreRipe = false
  #isStarting = true

  constructor(desk: Omit<Desk, 'mode'>) {
    this.#desk = { ...desk, mode: () => this.#mode }
  }

  get mode(): ShowMode {
    return this.#mode
  }

  get stories(): readonly AnyStory[] {
    return [...this.#stories.values()]
  }

  story(id: string): AnyStory | undefined {
    return this.#stories.get(id)
  }

  /** Tells of it from now on. `quiet`: only its message is corrected. */
  take(link: Link, options: { readonly isNew: boolean; readonly quiet?: boolean }): AnyStory {
    const known = this.#stories.get(link.id)
    if (known !== undefined) return known
    const story = new Story<any>(link, this.#subject(link), this.#desk, this.#keeper, options)
    this.#stories.set(link.id, story)
    if (link.is === 'board') this.#boards.set(link.channel, link.id)
    return story
  }

  /** An event of a run. Returns false where no story has to do with it. */
  heard(run: string, news: News): boolean {
    const batch = this.#members.get(run)
    if (batch !== undefined) this.#ripe.add(batch)
    this.#boardsAreRipe = true
    const story = this.#stories.get(run)
    story?.news(news)
    return story !== undefined || batch !== undefined
  }

  /** Events of its runs make the batch look again. */
  enrol(batch: BatchRecord): void {
    for (const { run, outcome } of batch.items) {
      if (run === undefined) continue
      if (outcome === undefined) this.#members.set(run, batch.id)
      else this.#members.delete(run)
    }
  }

  /** A batch is another. Returns false where no story has to do with it. */
  heardBatch(batch: BatchRecord): boolean {
    const story = this.#stories.get(batch.id)
    if (story === undefined) return false
    this.enrol(batch)
    story.news('board')
    return true
  }

  /** Counts what is at work before anything is shown. */
  presume(id: string): void {
    this.#busy.add(id)
  }

  /**
   * Everything that was taken so far is shown, in the right mode from the first. `before` is the mode of an earlier process: where it was
   * the board as well, messages stay as they are.
   */
  begin(before: ShowMode | undefined): void {
    this.#isStarting = false
    this.#mode = modeFor(this.#busy.size, before ?? this.#mode)
    const isAnother = this.#mode === 'board' && before !== 'board'
    for (const story of this.stories) {
      if (before === 'board') story.passOver()
      story.news(isAnother ? 'mode' : 'step')
    }
  }

  /** What is told together, a few seconds apart; and what had to wait for Slack to take our token again. */
  beat(): void {
    const ripe = [...this.#ripe]
    this.#ripe.clear()
    for (const id of ripe) this.#stories.get(id)?.news('board')
    if (this.#mode === 'board') this.#openBoards()
    if (!this.#boardsAreRipe) return
    this.#boardsAreRipe = false
    for (const id of this.#boards.values()) this.#stories.get(id)?.news('board')
  }

  /** Tries again what could not be told. */
  retryParked(): void {
    for (const story of this.stories) if (story.isParked) story.news('step')
  }

  /** Says nothing more. In the mode `board` messages are not kept up to date anyhow, nor would the next process correct them. */
  stop(): void {
    if (this.#mode !== 'board') {
      const [busy, idle] = [true, false].map((isBusy) =>
        this.stories.filter(({ id, link }) => link.is !== 'board' && this.#busy.has(id) === isBusy),
      )
      for (const story of [...busy!, ...idle!].slice(0, MOST_FAREWELLS)) story.standStill()
    }
    this.fallSilent()
  }

  /** At once and for good: another process tells of these runs now. */
  fallSilent(): void {
    for (const story of this.stories) story.stop()
  }

  readonly #keeper = {
    busy: (id: string, isBusy: boolean) => {
      if (isBusy) this.#busy.add(id)
      else this.#busy.delete(id)
      if (!this.#isStarting) this.#setMode(modeFor(this.#busy.size, this.#mode))
    },
    over: (id: string) => {
      const link = this.#stories.get(id)?.link
      this.#stories.delete(id)
      this.#ripe.delete(id)
      if (link?.is === 'board') this.#boards.delete(link.channel)
      if (link?.is === 'batch') for (const [run, batch] of this.#members) if (batch === id) this.#members.delete(run)
    },
  }

  #setMode(mode: ShowMode): void {
    if (mode === this.#mode) return
    this.#desk.logger.info({ mode, busy: this.#busy.size }, 'messages follow the runs in another mode')
    this.#mode = mode
    for (const story of this.stories) story.news('mode')
  }

  #subject(link: Link) {
    if (link.is === 'run') return runSubject(link.id, this.#desk)
    if (link.is === 'batch') return batchSubject(link.id, this.#desk)
    return boardSubject(this.#desk, () => this.#runsOf(link.channel))
  }

  /** A board for each channel that has runs. */
  #openBoards(): void {
    for (const { link, state } of this.stories) {
      const { channel, is } = link
      const isOnBoard = is === 'run' && isShared(channel) && isAtWork(state as WorkflowRecord | undefined)
      if (!isOnBoard || this.#boards.has(channel)) continue
      const at = new Date(this.#desk.clock.now()).toISOString()
      const board: Link = {
        id: `board_${at}_${channel}`,
        is: 'board',
        channel,
        tellMe: false,
        followers: [],
        shown: 0,
        done: false,
        at,
      }
      const story = this.take(board, { isNew: true })
      void story.keep({}).then(() => story.news('board'))
    }
  }

  #runsOf(channel: string): WorkflowRecord[] {
    return this.stories
      .filter(({ link, state }) => link.is === 'run' && link.channel === channel && state !== undefined)
      .map(({ state }) => state as WorkflowRecord)
      .filter((record) => !hasEnded(record))
  }
}

function isAtWork(record: WorkflowRecord | undefined): boolean {
  return record?.status === 'RUNNING'
}
