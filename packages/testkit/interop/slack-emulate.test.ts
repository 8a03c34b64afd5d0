import { wordOf } from '../src/slack/json.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SlackJson, SlackObject } from '../src/index.ts'
import { ask, channelOf, startEmulator, startOurs, type Side } from './slack-emulate-side.ts'
import { STEPS, type Memory } from './slack-emulate-steps.ts'

/** Calls that the two answer differently: whether and why not. */
const VERDICTS: Readonly<Record<string, { readonly theirs: string; readonly ours: string; readonly why: string }>> = {
  'without a token': {
    theirs: 'ok',
    ours: 'not_authed',
    why: 'it takes calls without a known token for those of its admin',
  },
  'with a wrong token': { theirs: 'ok', ours: 'invalid_auth', why: 'as above' },
  'thread of nothing': {
    theirs: 'ok',
    ours: 'thread_not_found',
    why: 'docs.slack.dev lists the error; it answers with an empty list',
  },
  'open without a view': {
    theirs: 'invalid_view',
    ours: 'invalid_arguments',
    why: 'docs.slack.dev lists no invalid_view',
  },
  'an unknown method': { theirs: '', ours: 'unknown_method', why: 'it answers 404 with a message of its own' },
}

/** Keys that one side has and the other has not. */
const KEYS: readonly { readonly side: 'theirs' | 'ours'; readonly path: RegExp; readonly why: string }[] = [
  { side: 'theirs', path: /^\.app_id:/, why: 'not in the docs of auth.test' },
  { side: 'ours', path: /^\.is_enterprise_install:/, why: 'auth.test, as documented' },
  {
    side: 'ours',
    path: /^\.messages?(\[])?\.(bot_id|app_id|team|bot_profile\..*):/,
    why: 'messages of apps say which app; in its answers they do not',
  },
  { side: 'ours', path: /\.blocks\[]\.block_id:/, why: 'Slack gives every block an id' },
  {
    side: 'ours',
    path: /^\.messages?(\[])?\.(thread_ts|reply_users_count|latest_reply|is_locked|subscribed|parent_user_id):/,
    why: 'threads, as conversations.replies documents them',
  },
  {
    side: 'theirs',
    path: /^\.messages\[]\.metadata\./,
    why: 'conversations.replies shows metadata without include_all_metadata',
  },
  {
    side: 'ours',
    path: /^\.(pin_count|cache_ts|response_metadata\.next_cursor):/,
    why: 'as documented for conversations.history, users.list and conversations.replies',
  },
  {
    side: 'theirs',
    path: /^\.channels?(\[])?\.(is_open|last_read):/,
    why: "a user's view of a channel; tokens here are an app's",
  },
  {
    side: 'ours',
    path: /^\.channels?(\[])?\.(is_org_shared|is_general|is_shared|is_ext_shared|unlinked|previous_names):/,
    why: 'the conversation object',
  },
  {
    side: 'ours',
    path: /^\.(warning|response_metadata\.warnings(\[])?):/,
    why: 'already_in_channel, as documented for conversations.join',
  },
  {
    side: 'theirs',
    path: /\.profile\.(image_\d+|status_.*|huddle_state.*):/,
    why: 'pictures and statuses are not simulated',
  },
  { side: 'ours', path: /\.profile\.(avatar_hash|team|bot_id|api_app_id):/, why: 'the user object' },
  {
    side: 'ours',
    path: /^\.(user|members\[])\.(color|tz.*|updated|is_(owner|primary_owner|restricted|ultra_restricted|app_user)):/,
    why: 'the user object',
  },
  {
    side: 'ours',
    path: /^\.view\.(title\..*|app_installed_team_id):/,
    why: 'the view object; a home tab has a title too',
  },
  { side: 'theirs', path: /^\.view\.title: null/, why: 'of a home tab' },
  { side: 'theirs', path: /^\.files\[]\./, why: 'more of the file object than is simulated' },
]

describe('the same calls on the emulator of the npm package emulate and on ours', () => {
  let sides: readonly Side[] = []
  const answers = new Map<string, { readonly theirs: SlackObject; readonly ours: SlackObject }>()

  beforeAll(async () => {
    const [emulator, own] = await Promise.all([startEmulator(), startOurs()])
    sides = [emulator, own]
    const [theirs, ours] = await Promise.all([run(emulator), run(own)])
    for (const [index, { what }] of STEPS.entries())
      answers.set(what, { theirs: theirs[index] ?? {}, ours: ours[index] ?? {} })
  })
  afterAll(async () => {
    await Promise.all(sides.map((side) => side[Symbol.asyncDispose]()))
  })

  it.each(STEPS.map(({ what, method }) => [what, method]))('%s: %s ends the same way, or is explained', (what) => {
    const { theirs, ours } = answers.get(what)!
    const { why: _, ...explained } = VERDICTS[what] ?? { theirs: verdict(theirs), ours: verdict(theirs), why: '' }
    expect({ theirs: verdict(theirs), ours: verdict(ours) }).toEqual(explained)
  })

  it('have the same keys with the same types where both succeed, but for those explained', () => {
    const used = new Set<RegExp>()
    const unexplained = [...answers].flatMap(([what, { theirs, ours }]) => {
      if (theirs['ok'] !== true || ours['ok'] !== true) return []
      const shapes = { theirs: shapeOf('', theirs), ours: shapeOf('', ours) }
      const differences = (['theirs', 'ours'] as const).flatMap((side) =>
        [...shapes[side]]
          .filter((key) => !shapes[side === 'ours' ? 'theirs' : 'ours'].has(key))
          .map((key) => ({ side, key })),
      )
      return differences.flatMap(({ side, key }) => {
        const known = KEYS.find((each) => each.side === side && each.path.test(key))
        if (known !== undefined) used.add(known.path)
        return known === undefined ? [`${what}: only ${side} ${key}`] : []
      })
    })
    expect(unexplained).toEqual([])
    expect(KEYS.filter(({ path }) => !used.has(path)).map(({ why }) => why)).toEqual([])
  })
})

async function run(side: Side): Promise<SlackObject[]> {
  const nothing = { trigger: '', root: '', reply: '', gone: '', view: '', hash: '', file: '', upload: '', direct: '' }
  const memory: Memory = { channel: await channelOf(side.url, side.token), person: side.person, ...nothing }
  const answers: SlackObject[] = []
  for (const step of STEPS) {
    await step.before?.(side, memory)
    const answer = await ask(side.url, step.token ?? side.token, step.method, step.args(memory))
    if (answer['ok'] === true) step.keep?.(answer, memory)
    answers.push(answer)
  }
  return answers
}

function verdict(answer: SlackObject): string {
  return answer['ok'] === true ? 'ok' : wordOf(answer['error'])
}

/** Every key with the type of its value; of lists, all elements together. */
function shapeOf(path: string, value: SlackJson): Set<string> {
  if (Array.isArray(value))
    return new Set([`${path}: list`, ...value.flatMap((each) => [...shapeOf(`${path}[]`, each)])])
  if (value === null || typeof value !== 'object')
    return new Set([`${path}: ${value === null ? 'null' : typeof value}`])
  return new Set(Object.entries(value).flatMap(([key, each]) => [...shapeOf(`${path}.${key}`, each)]))
}
