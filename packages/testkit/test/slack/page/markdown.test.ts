import { describe, expect, it } from 'vitest'
import { formatDate, leavesOf, parseMarkdown, wordsOf } from './modules.ts'

describe('markdown blocks on the page', () => {
  it('reads headings, lists within lists, tables, quotes, rules and code', () => {
    const text =
      '# Title\nwords *and* **more**\n\n1. one\n2. two\n   - deep\n\n- [x] done\n\n> quoted\n\n---\n\n```js\na *b*\n```\n\n| a | b |\n|---|:-:|\n| 1 | 2 |'
    const blocks = parseMarkdown(text)
    expect(blocks.map(({ type }) => type)).toEqual([
      'heading',
      'paragraph',
      'list',
      'list',
      'quote',
      'rule',
      'pre',
      'table',
    ])
    expect(blocks[2]?.items?.[1]?.map(({ type }) => type)).toEqual(['paragraph', 'list'])
    expect(wordsOf(blocks.slice(3, 4))).toBe('☑ done')
    expect(wordsOf(blocks.slice(6, 7))).toBe('a *b*')
    expect(blocks[7]?.rows).toHaveLength(2)
  })

  it('emphasises, escapes and links', () => {
    const leaves = leavesOf(
      parseMarkdown('**b** _i_ ~~s~~ `c` \\*plain\\* [there](https://a.example/) snake_case_name'),
    )
    const styleOf = (words: string) => leaves.find((node) => node.text === words)?.style
    expect([styleOf('b'), styleOf('i'), styleOf('s'), styleOf('c')]).toEqual([
      { bold: true },
      { italic: true },
      { strike: true },
      { code: true },
    ])
    expect(wordsOf(parseMarkdown('\\*plain\\* snake_case_name'))).toBe('*plain* snake_case_name')
    expect(leaves.find(({ type }) => type === 'link')).toMatchObject({ url: 'https://a.example/' })
  })

  it('makes no link of an address that would run something', () => {
    const leaves = leavesOf(parseMarkdown('[x](javascript:alert(1)) ![y](data:text/html,z) [z](vbscript:a)'))
    expect(leaves.filter(({ type }) => type === 'link')).toEqual([])
  })

  it('takes emphasis within emphasis without end for text, and reads on', () => {
    for (const mark of ['_', '*', '~']) expect(wordsOf(parseMarkdown(`so ${mark.repeat(12_000)}!`))).toMatch(/!$/)
  })

  it('finds Slack’s tokens live in it, as Slack does', () => {
    expect(wordsOf(parseMarkdown('hello <!here> and <@U1>, not &lt;!channel&gt;'))).toBe(
      'hello {broadcast here} and {user U1}, not <!channel>',
    )
  })
})

describe('dates on the page', () => {
  const noon = (day: number) => new Date(2026, 1, day, 12, 5, 9).getTime()

  it('fills in the tokens of a format in the reader’s own time', () => {
    const seconds = noon(3) / 1000
    expect(formatDate(seconds, '{date_num} {time} {time_secs}', noon(20))).toBe('2026-02-03 12:05 12:05:09')
    expect(formatDate(seconds, '{date_short} | {date_long}', noon(20))).toBe('Feb 3, 2026 | Tuesday, February 3, 2026')
    expect(formatDate(seconds, '{date_short_pretty} at {time}', noon(4))).toBe('yesterday at 12:05')
    expect(formatDate(seconds, '{ago} {unknown}', noon(3) + 7_200_000)).toBe('2 hours ago {unknown}')
  })
})
