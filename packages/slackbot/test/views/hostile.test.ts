import { createSlackWorkspace } from '@hwautomation/testkit'
import fc from 'fast-check'
import type { BatchRecord, ErrorRecord, WorkflowEvent, WorkflowPlan, WorkflowRecord } from 'hwautomation'
import { beforeAll, describe, expect, it } from 'vitest'
import { batchDetailsModal } from '../../src/views/batch-details-modal.ts'
import { batchEndPost, batchMessage } from '../../src/views/batch-message.ts'
import type { MessageContent } from '../../src/views/content.ts'
import { detailsModal } from '../../src/views/details-modal.ts'
import { homeView } from '../../src/views/home.ts'
import { logFile } from '../../src/views/log-file.ts'
import { loadingModal, noticeModal } from '../../src/views/modals.ts'
import * as notices from '../../src/views/notices.ts'
import { deviceTypeOptions, serverOptions } from '../../src/views/options.ts'
import { planModal, type CheckedBatch } from '../../src/views/plan-modal.ts'
import { provisionModal } from '../../src/views/provision-modal.ts'
import { failurePost } from '../../src/views/thread.ts'
import { drawnOf, NOW, STATE } from './drawn.ts'
import { everything, WISH } from './everything.ts'
import { hostileText, poisoned } from './hostile.ts'
import { expectPrintable, faultsOf, faultsOfView, seenIn } from './judge.ts'
import type { RealBatch } from './real-batch.ts'

const TIMES = ['at', 'since', 'until', 'startedAt', 'endedAt', 'createdAt', 'stalledSince', 'observedAt', 'deadline']

let records: readonly WorkflowRecord[]
let events: readonly WorkflowEvent[]
let real: RealBatch
let plan: WorkflowPlan
beforeAll(async () => {
  ;({ records, events, batch: real, plan } = await everything())
}, 60_000)

/** Hostile strings one after the other, as many as are asked for. */
function supply(texts: readonly string[]): () => string {
  let at = 0
  return () => texts[(at += 1) % texts.length] ?? ''
}

const texts = fc.array(hostileText(), { minLength: 3, maxLength: 12 })
/** Strings of 100 kB are not made smaller, which takes minutes: the seed says how to see it again. */
const EFFORT = { numRuns: 25, endOnFailure: true }

describe('whatever strings a record has', () => {
  it('no message of a run calls, links, formats, breaks or grows too long', () => {
    fc.assert(
      fc.property(texts, fc.boolean(), fc.nat(), (pool, keepTimes, which) => {
        for (const record of [records[which % records.length]!]) {
          const bad = poisoned(record, supply(pool), keepTimes ? TIMES : [])
          for (const [name, content] of Object.entries(drawnOf(bad, real.batch))) {
            expect(faultsOf(content), name).toEqual([])
            expectPrintable(content)
          }
        }
      }),
      EFFORT,
    )
  })

  it('the server is still named, and the one who may be called is called alone', () => {
    fc.assert(
      fc.property(
        texts,
        fc.constantFrom('<!channel>', '*', '\u001B[31m', '`', '\u202E', ':fire:'),
        fc.nat(),
        (pool, around, which) => {
          for (const record of [records[which % records.length]!]) {
            const bad = { ...poisoned(record, supply(pool)), resourceLabel: `${around}srv001.maas${around}` }
            for (const [name, content] of Object.entries(drawnOf(bad, real.batch))) {
              if (['noStep', 'refused'].includes(name)) continue
              if (name !== 'fleet' && name !== 'list') expect(content.text, name).toContain('srv001.maas')
              if (name !== 'step' && name !== 'already') expect(seenIn(content.blocks), name).toContain('srv001.maas')
            }
            const called = failurePost(bad, 'U0ADA')
            expect(faultsOf(called, ['U0ADA'])).toEqual([])
            expect(seenInMentions(called)).toEqual(['U0ADA'])
          }
        },
      ),
      EFFORT,
    )
  })

  it('no modal or home does', () => {
    fc.assert(
      fc.property(texts, fc.nat(), (pool, which) => {
        for (const record of [records[which % records.length]!]) {
          const bad = poisoned(record, supply(pool))
          const batch = poisoned(real.batch, supply(pool))
          const all = [bad, bad, bad, bad, bad, bad, bad, bad, bad, bad]
          const shown = {
            active: all,
            mine: all,
            failures: all,
            queue: all,
            approvals: all,
            batches: Array(12).fill(batch) as BatchRecord[],
          }
          expect(
            faultsOfView(homeView({ ...shown, managerState: poisoned(STATE, supply(pool)), now: NOW, user: pool[0]! })),
          ).toEqual([])
          expect(faultsOfView(detailsModal(bad, NOW))).toEqual([])
          expectPrintable(detailsModal(bad, NOW))
        }
      }),
      EFFORT,
    )
  })

  it('no message of a batch does', () => {
    fc.assert(
      fc.property(texts, (pool) => {
        const batch = poisoned(real.batch, supply(pool), ['run'])
        const runs = new Map([...real.runs].map(([id, run]) => [id, poisoned(run, supply(pool))]))
        for (const status of ['running', 'paused', 'cancelling', 'ended'] as const) {
          const at: BatchRecord = {
            ...batch,
            status,
            paused: poisoned(WISH, supply(pool)),
            cancel: poisoned(WISH, supply(pool)),
          }
          for (const content of [
            batchMessage(at, runs, { now: NOW, mode: 'live' }),
            batchEndPost(at, runs),
            batchEndPost(at, runs, pool[0]),
          ])
            expect(faultsOf(content)).toEqual([])
          expect(faultsOfView(batchDetailsModal(at, runs, NOW))).toEqual([])
        }
      }),
      EFFORT,
    )
  })

  it('no plan, form, notice or list of options does', () => {
    const check: CheckedBatch = {
      label: 'x',
      items: Array.from({ length: 300 }, () => ({
        serverId: 'x',
        hostname: 'x',
        deviceType: 'x',
        ipmi: 'x',
        group: 'x',
        problems: ['x', 'x'],
        notes: ['x'],
      })),
      problems: ['x', 'x'],
    }
    fc.assert(
      fc.property(texts, (pool) => {
        const next = supply(pool)
        expect(faultsOfView(planModal(poisoned(plan, next), next()))).toEqual([])
        expect(faultsOfView(planModal(poisoned({ ...plan, problems: [] }, next), 'order-1'))).toEqual([])
        expect(faultsOfView(planModal(poisoned(check, next), next()))).toEqual([])
        for (const kind of ['one', 'range', 'sheet'] as const)
          expect(
            faultsOfView(
              provisionModal(
                {
                  kind,
                  server: next(),
                  servers: next(),
                  deviceType: next(),
                  ipmi: next(),
                  gateway: next(),
                  sheet: next(),
                  atOnce: next(),
                  perGroup: next(),
                  options: [next(), 'tell-me'],
                  notice: next(),
                },
                next(),
              ),
            ),
          ).toEqual([])
        expect(faultsOfView(loadingModal(next()))).toEqual([])
        expect(faultsOfView(noticeModal(next(), notices.done(next()), next()))).toEqual([])
        const error: ErrorRecord = {
          code: next(),
          kind: 'invalid',
          message: next(),
          hint: next(),
          retryable: false,
          context: { [next()]: next(), problems: pool },
        }
        for (const content of [
          notices.help(pool, [next()]),
          notices.wrong(pool),
          notices.refused(error),
          notices.denied(next(), next()),
          notices.unknown(next(), next(), pool),
          notices.done(next()),
          notices.historyText(next(), [], NOW),
        ])
          expect(faultsOf(content)).toEqual([])
        const server = {
          hostname: next(),
          fqdn: next(),
          systemId: 'abc123',
          status: next(),
          pool: next(),
          zone: next(),
        }
        for (const { text, value, description } of [
          ...serverOptions(
            Array.from({ length: 120 }, () => server),
            '',
          ),
          ...deviceTypeOptions([{ name: 'a', about: next() }], ''),
        ]) {
          expect(text.text.length).toBeLessThanOrEqual(75)
          expect(description?.text.length ?? 0).toBeLessThanOrEqual(75)
          expect(value!.length).toBeLessThanOrEqual(150)
          expectPrintable([text, description])
        }
      }),
      EFFORT,
    )
  })

  it('the log is text without anything that a terminal would obey', () => {
    fc.assert(
      fc.property(texts, (pool) => {
        const { filename, title, content } = logFile(
          poisoned(records[2]!, supply(pool)),
          poisoned(events, supply(pool)),
        )
        expect(filename).toMatch(/^[A-Za-z0-9._-]+\.txt$/)
        expectPrintable([title, content])
      }),
      { numRuns: 4, endOnFailure: true },
    )
  })
})

it('a workspace finds neither mention nor link in what it was posted', async () => {
  await using slack = await createSlackWorkspace({ rateLimits: 'none' })
  const channel = slack.channelId('general')
  const next = supply([
    '<!channel>',
    '<@U0ADA> https://evil.example',
    '<http://evil.example|srv001>',
    '@here *x* `y` :fire:',
  ])
  for (const record of records.slice(0, 4))
    for (const { text, blocks } of Object.values(drawnOf(poisoned(record, next), real.batch))) {
      const answer = await fetch(`${slack.apiUrl}chat.postMessage`, {
        method: 'POST',
        headers: { authorization: `Bearer ${slack.botToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({ channel, text, blocks }),
      })
      expect(await answer.json()).toMatchObject({ ok: true })
    }
  const posted = slack.messages('general')
  expect(posted.length).toBeGreaterThan(40)
  for (const message of posted) expect([...slack.mentions(message), ...slack.links(message)]).toEqual([])
})

function seenInMentions({ blocks }: MessageContent): string[] {
  const found = JSON.stringify(blocks).matchAll(/"user_id":"([^"]+)"/g)
  return [...found].map(([, user]) => user!)
}
