import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { loadBotConfig } from '@hwautomation/slackbot'
import { describe, expect, it } from 'vitest'
import { BOT_ENVIRONMENT } from '../packages/slackbot/src/config.ts'
import { botConfigSchema } from '../packages/slackbot/src/config-schema.ts'
import { SUB_COMMANDS } from '../packages/slackbot/src/commands/grammar.ts'
import { keyFaults, keyRows } from './support/key-rows.ts'
import { blocks, page, quoted, rows } from './support/markdown.ts'
import { keysOf } from './support/schema-keys.ts'

const text = page('slack.md')
const tables = rows(text)
const least = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' }

describe('docs/slack.md', () => {
  it('has a row for every key of the configuration, with its default, and for no other', () => {
    const keys = keysOf(botConfigSchema, { slack: { botToken: 'xoxb-1' } })
    expect(keyFaults(keys, keyRows(tables))).toEqual([])
  })

  it('names every environment variable and what it sets', () => {
    const named = tables
      .filter(({ cells }) => 'variable' in cells)
      .map(({ cells }) => [quoted(cells['variable'])[0], quoted(cells['sets'])[0]])
    expect(named).toEqual(Object.entries(BOT_ENVIRONMENT).map(([name, key]) => [name, key.join('.')]))
  })

  it('names every sub-command', () => {
    const commands = tables.flatMap(({ cells }) => quoted(cells['command'])).join(' ')
    expect(SUB_COMMANDS.filter(({ name }) => !new RegExp(`\\b${name}\\b`).test(commands))).toEqual([])
  })

  it.each(blocks(text, 'yaml'))('has a configuration that is accepted, line $line', async (block) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'hwa-docs-'))
    try {
      const file = path.join(folder, 'slackbot.yaml')
      await writeFile(file, block.text)
      const config = await loadBotConfig({ file, env: least })
      expect(config.slack.mode).toBe('socket')
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
