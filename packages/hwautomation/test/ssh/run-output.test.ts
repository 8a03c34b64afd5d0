import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { liveOutput } from '../../src/ssh/run-live.ts'
import { Lines, parseAnswer } from '../../src/ssh/run-output.ts'

const WORD = '4f6c-word'
const framed = (output: string, verdict = 'code 0') =>
  Buffer.from(`\n${WORD} boot b-1 started\n${WORD} pid 77\n${WORD} output\n${output}\n${WORD} ${verdict}\n`)

describe('the answer of a run', () => {
  it('is taken apart exactly, whatever the command printed', () => {
    const output = fc.oneof(fc.string(), fc.constantFrom('', '\n', 'word code 0\n', '\nother-word code 0\n', 'x\n\n'))
    fc.assert(
      fc.property(output, (text) => {
        const answer = parseAnswer(framed(text), WORD)
        expect(answer.output.toString()).toBe(text)
        expect(answer).toMatchObject({ boot: { id: 'b-1', how: 'started' }, pid: '77', verdict: ['code', '0'] })
      }),
    )
  })

  it('has no verdict when it was cut anywhere before its very end', () => {
    const whole = framed('some output')
    for (let length = 0; length < whole.length; length++)
      expect(parseAnswer(whole.subarray(0, length), WORD).verdict).toBeUndefined()
  })

  it('is found behind what a login script prints', () => {
    const answer = parseAnswer(Buffer.concat([Buffer.from('Welcome!\n'), framed('x')]), WORD)
    expect(answer).toMatchObject({ output: Buffer.from('x'), verdict: ['code', '0'] })
  })

  it('may be a verdict alone', () => {
    expect(parseAnswer(Buffer.from(`\n${WORD} rebooted b-2\n`), WORD)).toMatchObject({
      boot: undefined,
      verdict: ['rebooted', 'b-2'],
    })
    expect(parseAnswer(Buffer.from(`\n${WORD} boot b-1 attached\n\n${WORD} died\n`), WORD).verdict).toEqual(['died'])
  })
})

describe('live lines', () => {
  it('come out the same however the bytes are cut', () => {
    const text = 'one\ntwo é 😀\r\n50%\r100%\nlast'
    const bytes = framed(text)
    fc.assert(
      fc.property(fc.array(fc.nat({ max: bytes.length }), { maxLength: 8 }), (cuts) => {
        const seen: string[] = []
        const live = liveOutput(WORD, (line) => seen.push(line))
        const places = [0, ...cuts.toSorted((a, b) => a - b), bytes.length]
        for (const [index, place] of places.slice(1).entries()) live.stdout(bytes.subarray(places[index], place))
        live.end()
        expect(seen.filter((line) => line !== '')).toEqual(['one', 'two é 😀', '50%', '100%', 'last'])
        expect(live.pid).toBe('77')
      }),
    )
  })

  it('hold no more of an endless line than they show', () => {
    const seen: string[] = []
    const lines = new Lines((line) => seen.push(line))
    for (let i = 0; i < 100; i++) lines.push(Buffer.alloc(10_000, 'x'))
    lines.push(Buffer.from('\nnext\n'))
    expect(seen.map(({ length }) => length)).toEqual([8192, 4])
  })
})
