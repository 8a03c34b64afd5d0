import fc from 'fast-check'
import { test } from 'vitest'
import { hasEnded } from '../../../src/workflow/status.ts'
import { type Command, make } from './commands.ts'
import { anyProgram } from './programs.ts'
import { stories } from './stories.ts'
import { Session } from './session.ts'
import { verdict } from './verdict.ts'

const RUNS = Number(process.env['HWA_PROPERTY_RUNS'] ?? 400)

async function play(commands: readonly Command[]): Promise<Session> {
  const session = new Session()
  session.open('continue', 2)
  for (const command of commands) {
    await make(session, command)
    if (session.monitor.violations.length > 0) return session
  }
  await calm(session)
  return session
}

/** Whatever is in the way is taken out of it, and everything has time to end. */
async function calm(session: Session): Promise<void> {
  const { manager } = session
  await make(session, { do: 'proceed' })
  await make(session, { do: 'allowHardware' })
  for (let round = 0; round < 60; round += 1) {
    await session.go(2_000, () => 0)
    const unfinished = [...session.monitor.records.values()].filter(({ status }) => !hasEnded(status))
    if (unfinished.length === 0 && session.sleepers === 0) break
    for (const { id, hold, approval } of unfinished) {
      if (approval !== undefined && approval.granted === undefined)
        session.ask('approve', { run: id }, (by) => manager.approve(id, { by }))
      if (hold !== undefined) session.ask('release', { run: id }, (by) => manager.release(id, { by }))
      if (!manager.isWorkingOn(id))
        session.ask(
          'resume',
          { run: id },
          (by) => manager.resume(id, { by }),
          (handle) => session.know(handle),
        )
    }
    await session.go(2_000, () => 0)
    await session.clock.advance(round < 20 ? 61_000 : 3_600_000)
  }
  await session.go(2_000, () => 0)
}

test(
  'whatever operators ask, devices answer and processes suffer: every promise of the manager holds',
  { timeout: 60_000 + RUNS * 100 },
  async () => {
    await fc.assert(
      fc.asyncProperty(anyProgram, async (commands) => {
        const session = await play(commands)
        const broken = await verdict(session)
        if (broken.length > 0) throw new Error(`${broken.join('\n')}\n\n${session.tickets.log.slice(-120).join('\n')}`)
      }),
      {
        numRuns: RUNS,
        examples: stories.map((story): [readonly Command[]] => [story]),
        // an unlucky machine ends the search, and shrinking, in time to report
        interruptAfterTimeLimit: 40_000 + RUNS * 50,
      },
    )
  },
)
