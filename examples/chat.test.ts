/** Test your rules for the bot against a simulated Slack workspace: what people type, and what they see. */
import { createProvisionBot } from '@hwautomation/slackbot'
import { createLab } from '@hwautomation/testkit'
import { createHwAutomation } from 'hwautomation'
import { expect, it, vi } from 'vitest'

it('provisions for operators, tells the others why not, and needs one message for a run', async () => {
  await using lab = await createLab({ servers: [{ hostname: 'srv001', model: 'hpe-rl300' }], slack: true })
  await using hw = await createHwAutomation({ ...lab.connection(), clock: lab.clock })
  const { slack } = lab
  const [ada, grace] = [slack.user('ada'), slack.user('grace')]
  const bot = createProvisionBot({
    hw,
    slack: { mode: 'socket', botToken: slack.botToken, appToken: slack.appToken, apiUrl: slack.apiUrl },
    access: { operators: { users: [ada.id] } },
  })
  await bot.start()

  await grace.command('/provision srv001 a1.c5.large', 'provisioning')
  await expect.poll(() => grace.sees('provisioning').at(-1)?.text).toContain('Nothing was ordered')

  await ada.command('/provision srv001 a1.c5.large', 'provisioning')
  const said = () => slack.messages('provisioning').map(({ text }) => text)
  await expect.poll(said, { timeout: 30_000 }).toEqual([expect.stringContaining('ready')])

  await bot.stop()
  await vi.waitFor(() => lab.assertClean()) // once its sockets have said goodbye
})
