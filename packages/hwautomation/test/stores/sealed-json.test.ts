import { expect, test } from 'vitest'
import { seal, unseal } from '../../src/stores/sealed-json.ts'

const VALUE = {
  v: 1,
  text: 'schnee ☃ "quoted" \n',
  list: [1, -2.5, null, true],
  '10': 'b',
  '2': 'a',
  nested: { empty: {} },
}

test('what was sealed is read back as it was', () => {
  expect(unseal(seal(VALUE))).toEqual({ is: 'whole', value: VALUE })
  expect(unseal(`${seal(VALUE)}\n`)).toEqual({ is: 'whole', value: VALUE })
  expect(unseal('{"v":1}')).toEqual({ is: 'unsealed', value: { v: 1 } })
})

test('cut at any byte it is damaged', () => {
  const bytes = Buffer.from(seal(VALUE))
  for (let length = 0; length < bytes.byteLength; length += 1)
    expect(unseal(bytes.toString('utf8', 0, length)).is, `${length} bytes`).toBe('damaged')
})

test('with any byte changed to any other it is never taken for whole', () => {
  const bytes = Buffer.from(seal(VALUE))
  for (let at = 0; at < bytes.byteLength; at += 1)
    for (let value = 0; value < 256; value += 1) {
      if (bytes[at] === value) continue
      const changed = Buffer.from(bytes)
      changed[at] = value
      if (unseal(changed.toString('utf8')).is === 'whole') expect.fail(`byte ${at} as ${value}`)
    }
})
