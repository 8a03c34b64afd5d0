import { afterEach, expect, it, vi } from 'vitest'
import { systemClock } from '../src/clock.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

it('sleeps no longer where the wall clock is set back meanwhile', async () => {
  const began = performance.now()
  const before = Date.now()
  const sleeping = systemClock.sleep(30)
  vi.spyOn(Date, 'now').mockReturnValue(before - 3_600_000)
  await sleeping
  expect(performance.now() - began).toBeLessThan(10_000)
})

it('stops sleeping when it is told to, with the reason', async () => {
  const told = new AbortController()
  const sleeping = systemClock.sleep(3_600_000, told.signal)
  told.abort(new Error('enough'))
  await expect(sleeping).rejects.toThrow('enough')
})
