import { createLab, type Lab } from '@hwautomation/testkit'
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { bundled } from '../../../hwautomation/test/bundled.ts'
import type { ChildJob, ChildReport } from './killed-child.ts'
import { wordsOf } from './site.ts'

const PROGRAM = await bundled(new URL('killed-child.ts', import.meta.url))

/** Kills the process at its nth call to Slack, the call itself is served; undefined: it lives. Resolves to whether it was killed. */
async function live(job: ChildJob, lab: Lab, nth: number | undefined): Promise<boolean> {
  const child = fork(PROGRAM, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: [] })
  let calls = 0
  const killing = lab.faults.always({
    call: 'slack *',
    mode: 'intervention',
    act: () => {
      calls += 1
      if (calls === nth) child.kill('SIGKILL')
    },
  })
  try {
    await reported(child, 'started')
    child.send(job)
    return (await reported(child, 'told')) === 'killed'
  } finally {
    killing.remove()
    child.kill('SIGKILL')
  }
}

function reported(child: ChildProcess, is: ChildReport['is']): Promise<'reported' | 'killed'> {
  return new Promise((resolve) => {
    child.on('message', (report: ChildReport) => report.is === is && resolve('reported'))
    void once(child, 'exit').then(() => resolve('killed'))
  })
}

test('a process that is really killed, several times, leaves one message that is true in the end, and a complete thread', async () => {
  await using lab = await createLab({ servers: [{ hostname: 'srv001' }], slack: { rateLimits: 'none' } })
  const stateDir = await mkdtemp(join(tmpdir(), 'slackbot-killed-'))
  try {
    const { slack } = lab
    const ada = slack.user('ada')
    const job: ChildJob = {
      stateDir,
      connection: lab.connection(),
      clock: await lab.serveClock(),
      slack: { token: slack.botToken, apiUrl: slack.apiUrl },
    }
    const order = {
      key: 'slack/T1',
      is: 'run' as const,
      user: ada.id,
      userName: 'ada',
      channel: slack.channelId('provisioning'),
      at: new Date().toISOString(),
      request: { serverId: 'srv001', deviceType: 'a1.c5.large' },
      tellMe: true,
    }
    expect(await live({ ...job, order }, lab, 3)).toBe(true)
    expect(await live(job, lab, 6)).toBe(true)
    expect(await live(job, lab, 9)).toBe(true)
    expect(await live(job, lab, undefined)).toBe(false)

    expect(slack.messages('provisioning')).toHaveLength(1)
    const [root] = slack.messages('provisioning')
    expect(root?.text).toMatch(/ready/u)
    expect(wordsOf(root)).not.toContain('in_progress')
    const thread = slack.thread('provisioning', root!.ts).map(({ text }) => text)
    expect(thread.at(-1)).toMatch(/ready/u)
    expect(new Set(thread).size).toBe(thread.length)
    expect(thread.length).toBeGreaterThan(4)
    expect(ada.directMessages()).toHaveLength(1)
  } finally {
    await rm(stateDir, { recursive: true, force: true })
  }
}, 60_000)
