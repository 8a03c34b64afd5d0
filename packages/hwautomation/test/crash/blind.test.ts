import { createLab } from '@hwautomation/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hangBell, type Bell } from './bell.ts'
import { bundled } from '../bundled.ts'
import { stateFolder, writeMoments } from './clean.ts'
import { live, type Life } from './life.ts'
import type { Ended } from './messages.ts'
import type { CallMoment, Moment } from './scenario.ts'
import { WorkerPool } from './worker.ts'

let pool: WorkerPool
beforeAll(async () => {
  pool = new WorkerPool(await bundled(new URL('child.ts', import.meta.url)), 2)
})
afterAll(async () => {
  await pool[Symbol.asyncDispose]()
})

/** Rings the bell by a process that is killed then, and lets another one go on. */
async function ringAndKill(moment: Moment | CallMoment | undefined): Promise<{ ended: Ended; rings: number }> {
  await using lab = await createLab()
  await using bell = await hangBell()
  await using state = await stateFolder()
  const job = { stateDir: state.path, connection: lab.connection(), clock: await lab.serveClock(), bell: bell.url }
  const first = await live({ lab, pool, job: { ...job, do: 'start' }, until: killAtBell(moment, bell) })
  if (first.is === 'ended') return { ended: first.ended, rings: bell.rings }
  const second: Life = await live({ lab, pool, job: { ...job, do: 'resume' }, release: first.release })
  if (second.is !== 'ended') throw new Error('nobody was to be killed again')
  return { ended: second.ended, rings: bell.rings }
}

function killAtBell(
  moment: Moment | CallMoment | undefined,
  bell: Bell,
): Moment | ((kill: () => void) => void) | undefined {
  return typeof moment === 'string' ? (kill) => bell.at(moment, kill) : moment
}

describe('an effect that nobody can ask about', () => {
  it.each(['before-effect', 'after-effect', 'after-reply'] as const)(
    'is not sent again after a kill %s: the run fails and says so',
    async (moment) => {
      const { ended, rings } = await ringAndKill(moment)
      expect(rings).toBe(moment === 'before-effect' ? 0 : 1)
      expect(ended.record).toMatchObject({ status: 'FAILED', error: { code: 'workflow.unknown-outcome' } })
    },
  )

  it('is sent once whatever write of the store the process is killed at; only between intent and proof its outcome is unknown', async () => {
    const { ended: clean, rings } = await ringAndKill(undefined)
    expect([clean.record?.status, rings]).toEqual(['COMPLETED', 1])
    const moments = writeMoments(clean.writes)
    const isIntent = ({ words }: { words: string }) => words.startsWith('step.intent')
    const isProof = ({ words }: { words: string }) => words === 'step.status ring completed'
    const writes = moments.filter((moment) => moment.at === 'write')
    expect(writes.some(isIntent) && writes.some(isProof)).toBe(true)
    let is: 'nothing' | 'COMPLETED' | 'FAILED' = 'nothing'
    for (const moment of writes) {
      if (moment.when !== 'before' && is === 'nothing') is = 'COMPLETED'
      if (moment.when !== 'before' && isIntent(moment)) is = 'FAILED'
      if (moment.when !== 'before' && isProof(moment)) is = 'COMPLETED'
      const { ended, rings } = await ringAndKill(moment)
      const where = `${moment.words} ${moment.when}`
      expect([where, ended.record?.status ?? 'nothing']).toEqual([where, is])
      if (is === 'FAILED') expect(ended.record?.error?.code, where).toBe('workflow.unknown-outcome')
      expect([where, rings <= (is === 'nothing' ? 0 : 1)]).toEqual([where, true])
      if (is === 'COMPLETED') expect([where, rings]).toEqual([where, 1])
    }
  }, 120_000)
})
