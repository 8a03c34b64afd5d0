import { getEventListeners } from 'node:events'
import { execute, spawn } from 'abort-controller-x'
import { expect, test } from 'vitest'
import {
  CancelRequested,
  DeadlineExceeded,
  Detached,
  Interruption,
  LeaseLost,
  leavesTheRun,
  untilAborted,
} from '../../src/workflow/cancellation.ts'
import { idle } from './stepped-clock.ts'

test('the four reasons are told apart by code, and none is ever retried', () => {
  const reasons = [new CancelRequested('ada', 'x'), new DeadlineExceeded('now'), new Detached(), new LeaseLost('x')]
  expect(reasons.map(({ code }) => code)).toEqual([
    'workflow.cancelled',
    'workflow.deadline-exceeded',
    'workflow.detached',
    'workflow.lease-lost',
  ])
  expect(reasons.some(({ retryable }) => retryable)).toBe(false)
  expect(reasons.map(leavesTheRun)).toEqual([false, false, true, true])
})

test('the clean-up is awaited, and the promise rejects with the very reason', async () => {
  const stop = new AbortController()
  const reason = new CancelRequested('ada', 'enough')
  const heard: unknown[] = []
  const waiting = untilAborted(stop.signal, () => async (why) => {
    await idle()
    heard.push(why)
  }).catch((error: unknown) => ({ error, cleanedUp: heard.length === 1 }))
  stop.abort(reason)
  expect(await waiting).toEqual({ error: reason, cleanedUp: true })
  expect(heard[0]).toBe(reason)
})

test('a clean-up that rejects does not take the place of the reason (execute alone lets it)', async () => {
  const reason = new CancelRequested('ada', 'enough')
  const alone = new AbortController()
  const lost = execute(alone.signal, () => () => Promise.reject(new Error('clean-up'))).catch((error: unknown) => error)
  alone.abort(reason)
  expect(await lost).toMatchObject({ message: 'clean-up' })

  const stop = new AbortController()
  const failures: unknown[] = []
  const waiting = untilAborted(
    stop.signal,
    () => () => Promise.reject(new Error('clean-up')),
    (error) => failures.push(error),
  ).catch((error: unknown) => error)
  stop.abort(reason)
  expect(await waiting).toBe(reason)
  expect(failures).toEqual([new Error('clean-up')])
})

test('a clean-up that throws at once neither hangs the caller nor ends the process', async () => {
  const stop = new AbortController()
  const reason = new CancelRequested('ada', 'enough')
  const waiting = untilAborted(stop.signal, () => () => {
    throw new Error('clean-up')
  }).catch((error: unknown) => error)
  stop.abort(reason)
  expect(await waiting).toBe(reason)
})

test('spawn of abort-controller-x loses the reason of a signal that was aborted before, ours does not', async () => {
  const reason = new CancelRequested('ada', 'enough')
  const signal = AbortSignal.abort(reason)
  expect(await spawn(signal, async () => 1).catch((error: unknown) => error)).not.toBe(reason)
  expect(await untilAborted(signal, () => () => {}).catch((error: unknown) => error)).toBe(reason)
})

test('neither a result nor an abort leaves a listener', async () => {
  const stop = new AbortController()
  await untilAborted<void>(stop.signal, (resolve) => {
    resolve()
    return () => {}
  })
  expect(getEventListeners(stop.signal, 'abort')).toHaveLength(0)
  const waiting = untilAborted(stop.signal, () => () => {}).catch(() => {})
  stop.abort(new Detached())
  await waiting
  expect(getEventListeners(stop.signal, 'abort')).toHaveLength(0)
})

test('an interruption takes effect at once, and the first reason stays', () => {
  const interruption = new Interruption()
  const first = new CancelRequested('ada', 'enough')
  expect(interruption.request(first)).toBe('now')
  expect(interruption.request(new DeadlineExceeded('now'))).toBe('too-late')
  expect(interruption.signal.reason).toBe(first)
})

test('while held, an interruption waits for the last hold, and is not lost', () => {
  const interruption = new Interruption()
  const [one, two] = [interruption.hold(), interruption.hold()]
  const reason = new CancelRequested('ada', 'enough')
  expect(interruption.request(reason)).toBe('held')
  one()
  one()
  expect(interruption.signal.aborted).toBe(false)
  two()
  expect(interruption.signal.reason).toBe(reason)
})

test('force does not wait for holds, and takes the place of a reason that has had no effect yet', () => {
  const interruption = new Interruption()
  interruption.hold()
  interruption.request(new CancelRequested('ada', 'enough'))
  const lost = new LeaseLost('taken over')
  interruption.force(lost)
  expect(interruption.signal.reason).toBe(lost)
  expect(interruption.forceSignal.reason).toBe(lost)
})
