import type { View } from '@slack/types'
import type { WebClient } from '@slack/web-api'
import { systemClock, type Logger, type Redactor } from 'hwautomation'
import type { BotConfig } from '../config-schema.ts'
import { assumeModal } from '../actions/assume-modal.ts'
import { helpLines } from '../commands/grammar.ts'
import { createSlackClients } from '../outbox/slack-clients.ts'
import { batchMessage } from '../views/batch-message.ts'
import type { MessageContent } from '../views/content.ts'
import { detailsModal } from '../views/details-modal.ts'
import { fleetBoard } from '../views/fleet-board.ts'
import { homeView } from '../views/home.ts'
import { help } from '../views/notices.ts'
import { provisionModal } from '../views/provision-modal.ts'
import { runMessage } from '../views/run-message.ts'
import { failurePost, finalPost } from '../views/thread.ts'
import { looked, type CheckResult } from './report.ts'
import { samples } from './samples.ts'

const ignore = () => {}
const SILENT: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore }

/**
 * Asks Slack itself whether it takes what the bot writes: every kind of message is validated, posted, changed and deleted again in the
 * channel that is given, every kind of view is validated. Everything it posts it deletes.
 */
export async function checkLive(
  { slack }: BotConfig,
  channel: string,
  redactor: Redactor,
  now: number,
): Promise<readonly CheckResult[]> {
  const { background: client } = createSlackClients({
    token: slack.botToken,
    apiUrl: slack.apiUrl,
    logger: SILENT,
    redactor,
  })
  const results: CheckResult[] = []
  for (const [name, content] of kindsOfMessages(now))
    results.push(...(await tryMessage(client, channel, name, content)))
  for (const [name, view] of kindsOfViews(now))
    results.push(
      await looked(`${name}, validated`, HINT, async () => validated(client, { view: JSON.stringify(view) })),
    )
  return results
}

const HINT =
  'Report it with this output: the bot writes plainer blocks where it can, and this may be one that it cannot.'

function kindsOfMessages(now: number): readonly (readonly [name: string, content: MessageContent])[] {
  const { runs, batch } = samples(now)
  const [waiting, running, failed, completed] = runs as [
    (typeof runs)[0],
    (typeof runs)[0],
    (typeof runs)[0],
    (typeof runs)[0],
  ]
  const options = { mode: 'live', now, followers: [] } as const
  return [
    ['run that waits', runMessage(waiting, options)],
    ['run under way (plan block)', runMessage(running, options)],
    ['run that failed', runMessage(failed, options)],
    ['run that is done', runMessage(completed, options)],
    ['failure, in the thread', failurePost(failed)],
    ['summary, in the thread', finalPost(completed)],
    ['batch', batchMessage(batch, new Map(), { now, mode: 'steps' })],
    ['fleet board', fleetBoard(runs, { now })],
    ['help', help(helpLines(), ['A problem'])],
  ]
}

function kindsOfViews(now: number): readonly (readonly [name: string, view: View])[] {
  const { runs, batch } = samples(now)
  const failed = runs[2]!
  const lists = {
    active: runs,
    mine: runs,
    failures: [failed],
    queue: runs,
    approvals: [],
    batches: [batch],
    managerState: {},
  }
  return [
    ['form for one server', provisionModal({ kind: 'one' })],
    ['form for a range', provisionModal({ kind: 'range' })],
    ['form for a rack sheet', provisionModal({ kind: 'sheet' })],
    ['details', detailsModal(failed, now)],
    ['retry of what nobody knows', assumeModal(failed)],
    ['App Home', homeView({ ...lists, now, user: 'U00000000' })],
  ]
}

async function tryMessage(
  client: WebClient,
  channel: string,
  name: string,
  content: MessageContent,
): Promise<CheckResult[]> {
  const { text, blocks, plain } = content
  const results = [
    await looked(`${name}, validated`, HINT, () => validated(client, { blocks: JSON.stringify(blocks) })),
  ]
  let ts: string | undefined
  const post = (shown: MessageContent['blocks']) =>
    client.apiCall('chat.postMessage', {
      channel,
      text,
      blocks: JSON.stringify(shown),
      unfurl_links: false,
      unfurl_media: false,
    })
  results.push(
    await looked(`${name}, posted`, HINT, async () => {
      ts = tsOf(await patiently(() => post(blocks)))
      return 'taken as it is'
    }),
  )
  if (ts === undefined && plain !== undefined)
    results.push(
      await looked(`${name}, posted with plainer blocks`, HINT, async () => {
        ts = tsOf(await patiently(() => post(plain)))
        return 'the bot falls back to these by itself'
      }),
    )
  if (ts === undefined) return results
  const shown = results.at(-1)?.name.endsWith('plainer blocks') === true ? plain : blocks
  const update = { channel, ts, text, blocks: JSON.stringify(shown) }
  results.push(
    await looked(`${name}, changed`, HINT, async () => {
      await patiently(() => client.apiCall('chat.update', update))
      return 'in place'
    }),
    await looked(`${name}, deleted`, `Delete message ${ts} by hand.`, async () => {
      await patiently(() => client.apiCall('chat.delete', { channel, ts: update.ts }))
      return 'nothing is left of it'
    }),
  )
  return results
}

async function validated(client: WebClient, what: Record<string, string>): Promise<string> {
  const { warning } = (await client.apiCall('blocks.validate', what)) as { readonly warning?: unknown }
  return typeof warning === 'string' ? `taken, with the warning ${warning}` : 'taken'
}

const LONGEST_WAIT_S = 60

/** Slack takes about one post a second in a channel: where it asks to wait, it is waited. */
async function patiently<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    try {
      return await call()
    } catch (error) {
      const seconds = (error as { readonly retryAfter?: unknown }).retryAfter
      if (typeof seconds !== 'number' || seconds > LONGEST_WAIT_S) throw error
      await systemClock.sleep(seconds * 1_000)
    }
  }
}

function tsOf(answer: object): string {
  return String((answer as { readonly ts?: unknown }).ts)
}
