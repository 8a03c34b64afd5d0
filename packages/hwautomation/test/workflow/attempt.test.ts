import { getEventListeners } from 'node:events'
import pTimeout from 'p-timeout'
import { expect, test } from 'vitest'
import { bounded, runAttempt, type AttemptOptions } from '../../src/workflow/attempt.ts'
import { CancelRequested, Detached, Interruption } from '../../src/workflow/cancellation.ts'
import { idle, SteppedClock } from './stepped-clock.ts'
import { deviceError, untilStopped } from './tiny-world.ts'

function options(more: Partial<AttemptOptions> = {}): AttemptOptions & { clock: SteppedClock } {
  return {
    outer: new Interruption(),
    timeoutMs: 60_000,
    graceMs: 20,
    what: 'Step "flash"',
    ...more,
    clock: (more.clock as SteppedClock | undefined) ?? new SteppedClock(),
  }
}

test('at its time-out an attempt is aborted by a typed reason and waited for', async () => {
  const given = options({ graceMs: 5_000 })
  let cleanedUp = false
  const running = runAttempt(async ({ signal }) => {
    try {
      await untilStopped({ signal })
    } finally {
      await idle()
      cleanedUp = true
    }
  }, given).catch((error: unknown) => ({ error, cleanedUp }))
  await given.clock.advance(60_000)
  expect(await running).toMatchObject({
    error: { code: 'workflow.attempt-timeout', kind: 'timeout', retryable: true },
    cleanedUp: true,
  })
})

test('p-timeout alone would leave the work running', async () => {
  let ended = false
  let release = () => {}
  const work = new Promise<void>((resolve) => (release = resolve)).then(() => (ended = true))
  await expect(pTimeout(work, { milliseconds: 1 })).rejects.toMatchObject({ name: 'TimeoutError' })
  expect(ended).toBe(false)
  release()
  await work
})

test('an attempt that will not stop is given up after the grace, said so, and not retried', async () => {
  const given = options()
  const running = runAttempt(() => new Promise<never>(() => {}), given).catch((error: unknown) => error)
  await given.clock.advance(60_000)
  expect(await running).toMatchObject({
    code: 'workflow.would-not-stop',
    kind: 'unknown-outcome',
    retryable: false,
    cause: { code: 'workflow.attempt-timeout' },
  })
})

test('a result that comes in spite of the abort is the result', async () => {
  const given = options({ graceMs: 5_000 })
  const running = runAttempt(async ({ signal }) => {
    await untilStopped({ signal }).catch(() => {})
    return 'FLASHED'
  }, given)
  await given.clock.advance(60_000)
  expect(await running).toBe('FLASHED')
})

test('the first reason wins: a cancel before the time-out is the reason, and what came beside it is heard', async () => {
  const beside: unknown[] = []
  const given = options({ onAlongside: (error) => beside.push(error) })
  const reason = new CancelRequested('ada', 'enough')
  const socketDied = deviceError('transient')
  const running = runAttempt(async ({ signal }) => {
    await untilStopped({ signal }).catch(() => {})
    throw socketDied
  }, given).catch((error: unknown) => error)
  given.outer.request(reason)
  given.outer.request(new Detached())
  await given.clock.advance(60_000)
  expect(await running).toBe(reason)
  expect(beside).toEqual([socketDied])
})

test('an error that only repeats the reason is not said twice', async () => {
  const beside: unknown[] = []
  const given = options({ onAlongside: (error) => beside.push(error) })
  const running = runAttempt(async ({ signal }) => {
    await untilStopped({ signal }).catch((reason: unknown) => {
      throw deviceError('cancelled', 'request aborted').within({}) && new Error('aborted', { cause: reason })
    })
  }, given).catch(() => {})
  given.outer.request(new CancelRequested('ada', 'enough'))
  await running
  expect(beside).toEqual([])
})

test('a time-out does not hide that credentials were refused or that an outcome is unknown', async () => {
  for (const kind of ['auth', 'unknown-outcome'] as const) {
    const given = options()
    const error = deviceError(kind)
    const running = runAttempt(async ({ signal }) => {
      await untilStopped({ signal }).catch(() => {})
      throw error
    }, given).catch((late: unknown) => late)
    await given.clock.advance(60_000)
    expect(await running).toBe(error)
  }
})

test('a synchronous throw is a failed attempt like any other', async () => {
  const error = deviceError('transient')
  await expect(
    runAttempt(() => {
      throw error
    }, options()),
  ).rejects.toBe(error)
})

test('ten thousand attempts under one run leave no listener on its signal and nobody sleeping', async () => {
  const given = options()
  for (let count = 0; count < 10_000; count += 1) await runAttempt(async () => count, given)
  expect(getEventListeners(given.outer.signal, 'abort')).toHaveLength(0)
  expect(getEventListeners(given.outer.forceSignal, 'abort')).toHaveLength(0)
  expect(given.clock.sleeping).toBe(0)
})

test('a bound of 0 or of more than setTimeout can hold is a bound all the same', async () => {
  await expect(bounded(new Promise(() => {}), 0, () => new Error('late'))).rejects.toThrow('late')
  expect(await bounded(Promise.resolve('early'), Number.MAX_SAFE_INTEGER, () => new Error('late'))).toBe('early')
})

test('no timer is left after a bounded wait', async () => {
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  const before = timers()
  await Promise.all(Array.from({ length: 50 }, () => bounded(Promise.resolve(), 60_000, () => new Error('late'))))
  expect(timers()).toBe(before)
})
