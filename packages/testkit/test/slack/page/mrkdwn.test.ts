import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { leavesOf, parseMarkdown, parseMrkdwn, wordsOf } from './modules.ts'

const styleOf = (text: string, words: string) => leavesOf(parseMrkdwn(text)).find((node) => node.text === words)?.style

describe('mrkdwn on the page', () => {
  it('reads bold, italic, strike and code, also within each other', () => {
    expect(styleOf('a *b* c', 'b')).toEqual({ bold: true })
    expect(styleOf('_*b* i_', 'b')).toEqual({ bold: true, italic: true })
    expect(styleOf('~gone~', 'gone')).toEqual({ strike: true })
    expect(styleOf('run `a *b*`', 'a *b*')).toEqual({ code: true })
  })

  it.each([
    '2*3*4',
    'snake_case_name',
    '* not bold*',
    '*not bold *',
    '**',
    '12:00:03',
    'a:b:c',
    '`',
    '```',
    ':no_such_emoji:',
    '&copy;',
  ])('leaves %j as it is', (text) => {
    expect(wordsOf(parseMrkdwn(text))).toBe(text)
    expect(leavesOf(parseMrkdwn(text)).every((node) => Object.keys(node.style).length === 0)).toBe(true)
  })

  it('spans a mention with formatting', () => {
    const [bold, mention] = leavesOf(parseMrkdwn('*by <@U123>*'))
    expect(bold).toMatchObject({ text: 'by ', style: { bold: true } })
    expect(mention).toMatchObject({ type: 'mention', kind: 'user', id: 'U123' })
  })

  it('knows users, channels, groups, broadcasts and dates', () => {
    expect(wordsOf(parseMrkdwn('<@U1> <#C1> <!subteam^S1> <!here> <!channel>'))).toBe(
      '{user U1} {channel C1} {group S1} {broadcast here} {broadcast channel}',
    )
    expect(leavesOf(parseMrkdwn('<!date^1392734382^{date}|then>'))).toMatchObject([
      { type: 'date', seconds: 1_392_734_382, fallback: 'then' },
    ])
  })

  it('makes links of http, https and mailto only', () => {
    expect(leavesOf(parseMrkdwn('<https://a.example/?x=1&amp;y=2|there>'))[0]).toMatchObject({
      url: 'https://a.example/?x=1&y=2',
    })
    expect(leavesOf(parseMrkdwn('see https://a.example/b.')).map((node) => node.url)).toContain('https://a.example/b')
    expect(
      leavesOf(parseMrkdwn('see https://a.example/b.', { verbatim: true })).every(({ type }) => type === 'text'),
    ).toBe(true)
    for (const text of ['<javascript:alert(1)|x>', '<data:text/html,x|y>', '<file:///etc/passwd>', '<vbscript:x>'])
      expect(wordsOf(parseMrkdwn(text))).toBe(text)
  })

  it('quotes lines, and code keeps its lines', () => {
    expect(parseMrkdwn('&gt; one\n> two\nthree').map(({ type }) => type)).toEqual(['quote', 'paragraph'])
    expect(parseMrkdwn('&gt;&gt;&gt;all\nof it').map(({ type }) => type)).toEqual(['quote'])
    expect(parseMrkdwn('x ```a\n*b*``` y').map((block) => [block.type, wordsOf([block])])).toEqual([
      ['paragraph', 'x '],
      ['pre', 'a\n*b*'],
      ['paragraph', ' y'],
    ])
  })

  it('makes nothing of any escaped string, and loses none of it', () => {
    const pieces = fc.constantFrom(
      '<',
      '>',
      '&',
      '|',
      '!',
      '@U1',
      '#C1',
      '!here',
      '!channel',
      'javascript:',
      'mailto:a@b',
      '&lt;',
      '&amp;lt;',
      '\0',
      '^',
      'x',
      ' ',
    )
    fc.assert(
      fc.property(
        fc.array(fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 30 }),
        (list) => {
          const text = list.join('').replaceAll(/[\0\n*_~`:]/g, '')
          const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
          for (const parse of [parseMrkdwn, parseMarkdown]) {
            const leaves = leavesOf(parse(`x ${escaped}`))
            expect(leaves.filter(({ type }) => type === 'mention' || type === 'date')).toEqual([])
            expect(leaves.filter(({ url }) => url !== undefined && !/^https?:/.test(url))).toEqual([])
          }
          expect(wordsOf(parseMrkdwn(`x ${escaped}`))).toBe(`x ${text}`)
        },
      ),
    )
  })

  it('is done quickly with long hostile strings', () => {
    for (const piece of ['*', '_a ', '`', '<', '<a', '~*_`', '```', ':a:', 'https://', '> ', '[', '![a](', '|', '- ']) {
      const text = piece.repeat(Math.ceil(40_000 / piece.length))
      const started = performance.now()
      parseMrkdwn(text)
      parseMarkdown(text.slice(0, 12_000))
      expect(performance.now() - started).toBeLessThan(2000)
    }
  })
})
