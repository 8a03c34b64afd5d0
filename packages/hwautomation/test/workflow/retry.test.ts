import { expect, test } from 'vitest'
import pRetry, { AbortError as RetryAbortError } from 'p-retry'
import { AbortError as ForeignAbortError } from 'abort-controller-x'
import { CancelRequested } from '../../src/workflow/cancellation.ts'
import { retry, type RetryOptions } from '../../src/workflow/retry.ts'
import { idle, SteppedClock } from './stepped-clock.ts'
import { deviceError } from './tiny-world.ts'

function options(more: Partial<RetryOptions> = {}): RetryOptions & { clock: SteppedClock } {
  return {
    retries: 3,
    minDelayMs: 1_000,
    maxDelayMs: 60_000,
    signal: new AbortController().signal,
    random: () => 1,
    ...more,
    clock: (more.clock as SteppedClock | undefined) ?? new SteppedClock('auto'),
  }
}

async function attemptsUntilGivenUp(error: unknown): Promise<{ attempts: number; thrown: unknown }> {
  let attempts = 0
  const thrown = await retry(async () => {
    attempts += 1
    throw error
  }, options()).catch((late: unknown) => late)
  return { attempts, thrown }
}

test('an error that may pass is tried again as often as there are retries, and the last one is thrown as it is', async () => {
  const error = deviceError('transient')
  expect(await attemptsUntilGivenUp(error)).toEqual({ attempts: 4, thrown: error })
})

for (const kind of ['auth', 'conflict', 'invalid', 'licence', 'unknown-outcome', 'cancelled', 'internal'] as const)
  test(`${kind} stops at once`, async () => {
    expect((await attemptsUntilGivenUp(deviceError(kind))).attempts).toBe(1)
  })

test('a defect is not tried again: TypeError, what p-retry takes for a network failure, and things that are no errors', async () => {
  for (const defect of [
    new TypeError('x is not a function'),
    new TypeError('fetch failed'),
    'a string',
    undefined,
    null,
  ]) {
    const { attempts, thrown } = await attemptsUntilGivenUp(defect)
    expect(attempts).toBe(1)
    expect(thrown).toMatchObject({ code: 'internal.unexpected', kind: 'internal' })
  }
})

test('an AbortError of somebody else is not tried again (p-retry alone would)', async () => {
  let alone = 0
  await pRetry(
    async () => {
      alone += 1
      throw new DOMException('nested', 'AbortError')
    },
    { retries: 2, minTimeout: 0 },
  ).catch(() => {})
  expect(alone).toBe(3)

  expect((await attemptsUntilGivenUp(new DOMException('nested', 'AbortError'))).attempts).toBe(1)
  expect((await attemptsUntilGivenUp(new ForeignAbortError())).attempts).toBe(1)
  expect((await attemptsUntilGivenUp(new RetryAbortError('p-retry of an adapter'))).attempts).toBe(1)
})

test('waits double up to the longest, on the injected clock, and a device that asks for more time gets it', async () => {
  const delays: number[] = []
  const errors = [
    deviceError('transient'),
    deviceError('transient'),
    deviceError('busy', 'later', { retryAfterMs: 90_000 }),
    deviceError('transient'),
  ]
  const given = options({ retries: 9, maxDelayMs: 5_000, onRetry: ({ delayMs }) => void delays.push(delayMs) })
  const begin = given.clock.now()
  const result = await retry(async (attempt) => {
    const error = errors[attempt - 1]
    if (error) throw error
    return attempt
  }, given)
  expect(result).toBe(5)
  expect(delays).toEqual([1_000, 2_000, 90_000, 5_000])
  expect(given.clock.now() - begin).toBe(98_000)
})

test('jitter takes up to half of a wait away', async () => {
  const delays: number[] = []
  await retry(
    async () => {
      throw deviceError('transient')
    },
    options({ random: () => 0, onRetry: ({ delayMs }) => void delays.push(delayMs) }),
  ).catch(() => {})
  expect(delays).toEqual([500, 1_000, 2_000])
})

test('a cancel during a wait ends it at once, with its own reason, and leaves nobody sleeping', async () => {
  const stop = new AbortController()
  const clock = new SteppedClock()
  const reason = new CancelRequested('ada', 'enough')
  let attempts = 0
  const running = retry(
    async () => {
      attempts += 1
      throw deviceError('transient')
    },
    options({ clock, signal: stop.signal }),
  ).catch((error: unknown) => error)
  await idle()
  expect(clock.sleeping).toBe(1)
  stop.abort(reason)
  expect(await running).toBe(reason)
  expect(clock.sleeping).toBe(0)
  expect(attempts).toBe(1)
})

test('a success that lands after the abort is the result (p-retry alone would drop it)', async () => {
  const flash = async (signal: AbortController) => {
    signal.abort(new CancelRequested('ada', 'enough'))
    return 'FLASHED'
  }
  const alone = new AbortController()
  await expect(pRetry(() => flash(alone), { signal: alone.signal })).rejects.toMatchObject({ kind: 'cancelled' })

  const stop = new AbortController()
  expect(await retry(() => flash(stop), options({ signal: stop.signal }))).toBe('FLASHED')
})

test('after the abort no attempt begins', async () => {
  const reason = new CancelRequested('ada', 'enough')
  let attempts = 0
  const count = async () => {
    attempts += 1
  }
  await expect(retry(count, options({ signal: AbortSignal.abort(reason) }))).rejects.toBe(reason)
  expect(attempts).toBe(0)
})
