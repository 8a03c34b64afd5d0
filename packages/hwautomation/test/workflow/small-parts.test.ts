import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HwError } from '../../src/errors.ts'
import { Redactor } from '../../src/redaction.ts'
import { toMs } from '../../src/workflow/duration.ts'
import { toErrorRecord } from '../../src/workflow/error-record.ts'
import { fingerprint } from '../../src/workflow/fingerprint.ts'
import { shortId } from '../../src/report/short-id.ts'
import { isRunId, newRunId } from '../../src/workflow/ids.ts'
import { shortJson, shortLine, shortText } from '../../src/workflow/shorten.ts'
import { Slots } from '../../src/workflow/slots.ts'
import { idle } from './stepped-clock.ts'

test('ids rise also within one millisecond, and are recognised', () => {
  const ids = Array.from({ length: 5_000 }, newRunId)
  expect(ids.toSorted()).toEqual(ids)
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.every(isRunId)).toBe(true)
})

test('the short forms of ids that are made at once differ, as people are shown no more', () => {
  const ids = Array.from({ length: 1_000 }, newRunId)
  expect(new Set(ids.map(shortId)).size).toBe(ids.length)
})

test('what is not an id of ours is not taken for one, least of all a path', () => {
  const id = newRunId()
  for (const text of ['', 'run_', '../run_x', `${id}/..`, id.toUpperCase(), id.slice(4), `x${id}`, `${id}.json`])
    expect(isRunId(text), text).toBe(false)
})

test('durations are milliseconds or words, and nothing else', () => {
  expect([toMs(0), toMs(1_500), toMs('90s'), toMs('40m'), toMs('1.5h')]).toEqual([
    0, 1_500, 90_000, 2_400_000, 5_400_000,
  ])
  for (const wrong of ['', 'soon', -1, '-5m', Number.NaN, Number.POSITIVE_INFINITY])
    expect(() => toMs(wrong)).toThrow(TypeError)
})

test('secrets are masked before a text is cut, wherever the cut falls', () => {
  const redactor = new Redactor()
  redactor.add('correct-horse-battery')
  fc.assert(
    fc.property(fc.nat(300), fc.nat(300), (before, behind) => {
      const text = `${'a'.repeat(before)}correct-horse-battery${'b'.repeat(behind)}`
      const short = shortText(redactor, text, 100)
      expect(short.length).toBeLessThanOrEqual(100)
      expect(short).not.toMatch(/corr|horse|batt/)
    }),
  )
})

test('a line for people has no control characters, whatever a tool prints', () => {
  expect(shortLine(new Redactor(), '\u001B[31mred\u001B[0m\r\n\tnext\u0007')).toBe('red  next')
})

test('whatever was observed becomes short JSON', () => {
  const cycle: Record<string, unknown> = {}
  cycle['self'] = cycle
  const redactor = new Redactor()
  expect(shortJson(redactor, undefined)).toBeNull()
  expect(shortJson(redactor, 10n)).toBe('10')
  expect(shortJson(redactor, cycle)).toBe('[object]')
  const huge = shortJson(redactor, { log: 'x'.repeat(1e6), list: Array(1e5).fill('y') })
  expect((huge as string).length).toBe(8_000)
})

test('an error record has what is behind an error and beside it, masked', () => {
  const redactor = new Redactor()
  redactor.add('s3cr3t-pw')
  const socket = Object.assign(new Error('connect ECONNREFUSED s3cr3t-pw'), { code: 'ECONNREFUSED' })
  const error = new HwError({
    code: 'bmc.down',
    kind: 'transient',
    message: 'BMC s3cr3t-pw is down',
    hint: 'plug in',
    cause: socket,
  })
  const record = toErrorRecord(error, redactor, [new AggregateError([new Error('one'), new Error('two')], 'many')])
  expect(record).toMatchObject({
    code: 'bmc.down',
    kind: 'transient',
    retryable: true,
    hint: 'plug in',
    causes: [{ code: 'ECONNREFUSED' }, { message: 'many', causes: [{ message: 'one' }, { message: 'two' }] }],
  })
  expect(JSON.stringify(record)).not.toContain('s3cr3t')
})

test('an error that is its own cause is recorded and ends', () => {
  const error = new Error('loop')
  error.cause = error
  expect(toErrorRecord(error, new Redactor()).code).toBe('internal.unexpected')
})

test('a fingerprint does not depend on the order of keys', () => {
  expect(fingerprint('w', { a: 1, b: { c: [1, 2], d: 2 } })).toBe(fingerprint('w', { b: { d: 2, c: [1, 2] }, a: 1 }))
  expect(fingerprint('w', { a: [1, 2] })).not.toBe(fingerprint('w', { a: [2, 1] }))
})

test('slots go round between those who wait, and first come first served within one', async () => {
  const slots = new Slots(1)
  const order: string[] = []
  const never = new AbortController().signal
  const hold = slots.tryTake()!
  const queue = ['ada 1', 'ada 2', 'ada 3', 'bob 1', 'eve 1', 'bob 2'].map(async (name) => {
    const release = await slots.take(name.split(' ')[0]!, never)
    order.push(name)
    release()
  })
  hold()
  await Promise.all(queue)
  expect(order).toEqual(['ada 1', 'bob 1', 'eve 1', 'ada 2', 'bob 2', 'ada 3'])
})

test('who stops waiting for a slot leaves the queue and takes nothing', async () => {
  const slots = new Slots(1)
  const hold = slots.tryTake()!
  const stop = new AbortController()
  const waiting = slots.take('ada', stop.signal).catch((error: unknown) => error)
  await idle()
  expect(slots.waiting).toBe(1)
  stop.abort(new Error('enough'))
  expect(await waiting).toEqual(new Error('enough'))
  expect(slots.waiting).toBe(0)
  hold()
  hold()
  expect(slots.tryTake()).toBeDefined()
  expect(slots.tryTake()).toBeUndefined()
})
