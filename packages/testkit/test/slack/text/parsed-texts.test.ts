import { describe, expect, it } from 'vitest'
import { createSlackWorkspace, type SlackMessage, type SlackObject } from '../../../src/index.ts'
import { section } from '../web-api.ts'

await using slack = await createSlackWorkspace()
const live = (text: string, ...blocks: SlackObject[]) => {
  const message: SlackMessage = { ts: '1', channel: 'C', user: 'U', text, blocks, files: [], edits: 0 }
  return { mentions: slack.mentions(message), links: slack.links(message) }
}
const rich = (...elements: SlackObject[]): SlackObject => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements }],
})

describe('what Slack makes of a message', () => {
  it.each([
    ['<@U0123ABC> hello', ['@U0123ABC'], []],
    ['<@U0123ABC|ada>', ['@U0123ABC'], []],
    ['<!here> <!channel> <!everyone>', ['!here', '!channel', '!everyone'], []],
    ['<!subteam^S012AB|@ops>', ['!subteam^S012AB'], []],
    ['<https://example.com/a|here> and http://10.0.0.1/x', [], ['https://example.com/a', 'http://10.0.0.1/x']],
    ['<mailto:a@b.c|a>', [], ['mailto:a@b.c']],
    ['&lt;!channel&gt; &lt;@U0123ABC&gt;', [], []],
    ['@here @channel @ada <ada> <!date^1^{time}|x> <#C012|general>', [], []],
    ['a < b > c <!here', [], []],
  ])('%s', (text, mentions, links) => {
    expect(live(text)).toEqual({ mentions, links })
    expect(live('', section(text === '' ? ' ' : text))).toEqual({ mentions, links })
    expect(live('', { type: 'context', elements: [{ type: 'mrkdwn', text }] })).toEqual({ mentions, links })
  })

  it('never parses plain text, raw cells and text of rich text', () => {
    const text = '<!channel> <https://evil|x> http://evil'
    expect(live('', { type: 'header', text: { type: 'plain_text', text } })).toEqual({ mentions: [], links: [] })
    expect(live('', { type: 'table', rows: [[{ type: 'raw_text', text }]] })).toEqual({ mentions: [], links: [] })
    expect(live('', rich({ type: 'text', text }))).toEqual({ mentions: [], links: [] })
    expect(
      live('', {
        type: 'actions',
        elements: [{ type: 'button', action_id: '<!here>', value: text, text: { type: 'plain_text', text } }],
      }),
    ).toEqual({ mentions: [], links: [] })
  })

  it('does what rich text says outright, inside plans and containers too', () => {
    const said = rich(
      { type: 'user', user_id: 'U1' },
      { type: 'broadcast', range: 'here' },
      { type: 'usergroup', usergroup_id: 'S1' },
      { type: 'link', url: 'https://x' },
    )
    const expected = { mentions: ['@U1', '!here', '!subteam^S1'], links: ['https://x'] }
    expect(live('', said)).toEqual(expected)
    expect(
      live('', {
        type: 'plan',
        title: '<!here>',
        tasks: [{ type: 'task_card', task_id: 't', title: '<!here>', status: 'error', details: said }],
      }),
    ).toEqual(expected)
    expect(live('', { type: 'container', child_blocks: [said] })).toEqual(expected)
  })

  it('parses tokens and links of markdown blocks, and leaves bare URLs alone where text is verbatim', () => {
    expect(live('', { type: 'markdown', text: '<!here> [x](https://a) [y](mailto:b) &lt;!here&gt;' })).toEqual({
      mentions: ['!here'],
      links: ['https://a', 'mailto:b'],
    })
    expect(live('', { type: 'section', text: { type: 'mrkdwn', text: '<!here> http://x', verbatim: true } })).toEqual({
      mentions: ['!here'],
      links: [],
    })
  })
})
