import { appManifest, createProvisionBot, type ProvisionBot } from '@hwautomation/slackbot'
import { createLabClock, createSlackWorkspace, type SlackWorkspace } from '@hwautomation/testkit'
import type { HwAutomation, RunHandle } from 'hwautomation'

/** A simulated Slack workspace with the bot in it. People live in wall time, however fast the hardware is. */
export interface Chat extends AsyncDisposable {
  readonly workspace: SlackWorkspace
  readonly bot: ProvisionBot
}

/** Opens the workspace and starts the bot, which needs nothing of it but its URL and its tokens. */
export async function openChat(hw: HwAutomation): Promise<Chat> {
  const workspace = await createSlackWorkspace({ manifest: appManifest(), clock: createLabClock({ speed: 1 }) })
  const { botToken, appToken, apiUrl } = workspace
  const bot = createProvisionBot({ hw, slack: { mode: 'socket', botToken, appToken, apiUrl } })
  try {
    await bot.start()
  } catch (error) {
    await workspace.close()
    throw error
  }
  return {
    workspace,
    bot,
    async [Symbol.asyncDispose]() {
      await bot.stop()
      await workspace.close()
    },
  }
}

/** Ada types the command; the result is the run that came of it. @throws Error with what Slack told her instead */
export async function order({ workspace }: Chat, hw: HwAutomation, command: string): Promise<RunHandle> {
  const over = new AbortController()
  const begun = nextRun(hw, over.signal)
  try {
    const ada = workspace.user('ada')
    const refused = new Promise<never>((_, reject) => {
      const off = workspace.onChange(() => {
        const answer = ada.sees('provisioning').findLast(({ ephemeralTo }) => ephemeralTo !== undefined)
        if (answer !== undefined) reject(new Error(answer.text))
      })
      over.signal.addEventListener('abort', off)
    })
    const [run] = await Promise.all([Promise.race([begun, refused]), ada.command(command, 'provisioning')])
    return run
  } finally {
    over.abort()
  }
}

async function nextRun(hw: HwAutomation, signal: AbortSignal): Promise<RunHandle> {
  for await (const event of hw.manager.events({ signal })) {
    const run = event.type === 'workflow.created' ? await hw.manager.get(event.workflowId) : undefined
    if (run !== undefined) return run
  }
  throw new Error('The bot ended before a run began.')
}
