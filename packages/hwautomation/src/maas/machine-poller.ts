import { setImmediate } from 'node:timers/promises'
import { timestamp, type Clock } from '../clock.ts'
import { toHwError, type HwError } from '../errors.ts'
import type { MaasClient } from './maas-client.ts'
import { maasError } from './maas-errors.ts'
import type { MaasMachine } from './machine.ts'
import { TroubleCount, Waiter, type PollTrouble } from './poll-waiter.ts'

export interface MachinePollerOptions {
  readonly maas: Pick<MaasClient, 'machine' | 'machines'>
  readonly clock: Clock
  /** Least milliseconds between two reads of a machine, by default 2000. */
  readonly interval?: number
  /** MAAS rests at least this many times as long as its last round of answers took, by default 3: polling takes a quarter of it at most. */
  readonly rest?: number
  /** Told of every failed poll, whoever waited for it. */
  readonly onTrouble?: (trouble: PollTrouble) => void
}

export interface WatchOptions {
  readonly signal?: AbortSignal | undefined
  /** Instead of the poller's, for this wait. */
  readonly interval?: number
  /** Told of every failed poll of this machine; the wait goes on. The next record says that the trouble is over. */
  readonly onTrouble?: ((trouble: PollTrouble) => void) | undefined
}

/** As many ids as `MaasClient.machines` puts into one request. */
const CHUNK = 100

/**
 * Reads machines for everybody who waits for one: whoever is due is read together, at most 100 ids in a request, one request under way at
 * any time, and the slower MAAS answers the rarer it is asked. The first read of a new wait happens at once. While nobody waits nothing
 * runs: no request, no timer, no listener.
 *
 * A failed poll does not end a wait. What does: a refused API key or a closed client (all waits), no right to see the machine (its own),
 * a machine that MAAS denies twice in a row (its own), and a defect.
 *
 * @example
 * const ready = await poller.until('p3wxky', ({ status }) => status === MACHINE_STATUS.ready, { signal })
 */
export class MachinePoller {
  readonly #options: MachinePollerOptions
  readonly #clock: Clock
  readonly #interval: number
  readonly #waiters = new Set<Waiter>()
  readonly #trouble = new TroubleCount()
  #running: AbortController | undefined
  #wake = new AbortController()
  #restUntil = Number.NEGATIVE_INFINITY

  constructor(options: MachinePollerOptions) {
    this.#options = options
    this.#clock = options.clock
    this.#interval = options.interval ?? 2000
  }

  /** How many waits are open. */
  get waiting(): number {
    return this.#waiters.size
  }

  /** The first record, asked for from now on, for which `predicate` is true. Rejects with the signal's reason, or what the predicate throws. */
  async until(
    systemId: string,
    predicate: (machine: MaasMachine) => boolean,
    options: WatchOptions = {},
  ): Promise<MaasMachine> {
    const records = this.watch(systemId, options)
    for await (const machine of records) if (predicate(machine)) return machine
    throw new Error('A watch has no end of its own.')
  }

  /** Every record asked for from now on; who is slow gets the newest. Has no end of its own: leave the loop, or abort. */
  async *watch(systemId: string, options: WatchOptions = {}): AsyncGenerator<MaasMachine, void> {
    const { signal, interval = this.#interval, onTrouble } = options
    signal?.throwIfAborted()
    const waiter = new Waiter({ systemId, interval, onTrouble })
    const onAbort = () => this.#end(waiter, signal?.reason)
    signal?.addEventListener('abort', onAbort)
    this.#waiters.add(waiter)
    try {
      this.#start()
      for (;;) yield await waiter.next()
    } finally {
      signal?.removeEventListener('abort', onAbort)
      this.#end(waiter, undefined)
    }
  }

  #start(): void {
    if (this.#running === undefined) void this.#run()
    else this.#wake.abort()
  }

  #end(waiter: Waiter, error: unknown): void {
    waiter.end(error)
    this.#waiters.delete(waiter)
    if (this.#waiters.size > 0) return
    this.#running?.abort()
    this.#wake.abort()
  }

  async #run(): Promise<void> {
    const running = new AbortController()
    this.#running = running
    try {
      while (this.#waiters.size > 0 && !running.signal.aborted) {
        await this.#untilDue()
        // Whoever asks within this tick shares the read.
        await setImmediate()
        await this.#readDue(running.signal)
      }
    } catch (error) {
      for (const waiter of this.#waiters) this.#end(waiter, error)
    }
    this.#running = undefined
    // Somebody came while the last request was being given up.
    if (this.#waiters.size > 0) this.#start()
  }

  async #untilDue(): Promise<void> {
    const due = Math.min(
      ...[...this.#waiters].map((waiter) => (waiter.isNew ? waiter.dueAt : Math.max(waiter.dueAt, this.#restUntil))),
    )
    const wait = due - this.#clock.now()
    if (wait <= 0) return
    const wake = new AbortController()
    this.#wake = wake
    await this.#clock.sleep(wait, wake.signal).catch((error: unknown) => {
      if (!wake.signal.aborted) throw error
    })
  }

  async #readDue(signal: AbortSignal): Promise<void> {
    const started = this.#clock.now()
    const resting = started < this.#restUntil
    const due = [...this.#waiters].filter((waiter) => waiter.isNew || (!resting && waiter.dueAt <= started))
    const ids = [...new Set(due.map(({ systemId }) => systemId))]
    for (let at = 0; at < ids.length && !signal.aborted; at += CHUNK)
      await this.#read(ids.slice(at, at + CHUNK), signal)
    const ended = this.#clock.now()
    this.#restUntil = Math.max(this.#restUntil, ended + (ended - started) * (this.#options.rest ?? 3))
  }

  async #read(ids: readonly string[], signal: AbortSignal): Promise<void> {
    // Only those who wait already: a record asked for before somebody's change must not answer his wait after it.
    const asked = new Set(ids)
    const waiters = [...this.#waiters].filter(({ systemId }) => asked.has(systemId))
    try {
      const found = await this.#ask(ids, signal)
      this.#trouble.over()
      for (const waiter of waiters) this.#answer(waiter, found.get(waiter.systemId))
    } catch (error) {
      if (!signal.aborted) this.#fail(waiters, toHwError(error))
    }
    for (const waiter of waiters) waiter.dueAt = nextDue(this.#clock.now(), waiter.interval)
  }

  async #ask(ids: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, MaasMachine>> {
    const { maas } = this.#options
    // The poller is the retry.
    const once = { signal, attempts: 1 }
    const [only] = ids
    // By its id one machine takes MAAS 40 ms, in a list 160 ms (MAAS 3.3 recorded).
    const found =
      only !== undefined && ids.length === 1 ? [await maas.machine(only, once)] : await maas.machines({ ids }, once)
    return new Map(found.map((machine) => [machine.system_id, machine]))
  }

  #answer(waiter: Waiter, machine: MaasMachine | undefined): void {
    if (machine === undefined) this.#fail([waiter], missing(waiter.systemId))
    else waiter.offer(machine)
  }

  #fail(waiters: readonly Waiter[], error: HwError): void {
    const at = timestamp(this.#clock)
    const reach = END_OF_WAIT[error.code]
    if (reach === 'all') for (const waiter of this.#waiters) this.#end(waiter, error)
    const final = reach === 'its own' || error.kind === 'internal'
    for (const waiter of waiters) {
      waiter.tell(error, at)
      if (final || waiter.denials >= 2) this.#end(waiter, error)
    }
    this.#options.onTrouble?.(this.#trouble.next(error, at))
  }
}

/** The errors of a poll that end waits at once. */
const END_OF_WAIT: Readonly<Record<string, 'all' | 'its own'>> = {
  'maas.auth': 'all',
  'maas.closed': 'all',
  'maas.forbidden': 'its own',
  // Nothing but a wrong system_id can make a read invalid.
  'maas.invalid': 'its own',
}

/** At least an interval from now, on a grid of half intervals, so that waits that began apart soon share their reads. */
function nextDue(now: number, interval: number): number {
  const grid = Math.max(interval / 2, 1)
  return Math.ceil((now + interval) / grid) * grid
}

/** MAAS leaves unknown ids out of a list without a word. */
function missing(systemId: string): HwError {
  return maasError('maas.not-found', {
    sent: 'refused',
    message: `Could not read machine ${systemId}: MAAS left it out of its list.`,
    context: { machine: systemId },
  })
}
