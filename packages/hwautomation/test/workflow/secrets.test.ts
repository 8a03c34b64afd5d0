import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { HwError } from '../../src/errors.ts'
import type { Logger } from '../../src/logger.ts'
import { Redactor } from '../../src/redaction.ts'
import { LowdbStore } from '../../src/stores/lowdb-store.ts'
import type { WorkflowEvent } from '../../src/workflow/events.ts'
import { WorkflowManager } from '../../src/workflow/manager.ts'
import { switchStep, tinyWorkflow, untilStopped } from './tiny-world.ts'

const SECRET = 'Tr0ub4dor&3/horse'
const FORMS = [SECRET, encodeURIComponent(SECRET), Buffer.from(SECRET).toString('base64')]
/** Longer than anything is kept, so that every cut falls somewhere around a secret. */
const leaky = FORMS.map((form) => `${'x'.repeat(1_300)} password=${form} ${'y'.repeat(650)}`).join(' ')

test('a secret planted wherever a step can say something appears in no document, event, log, error or file of the state', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hwa-secrets-'))
  const redactor = new Redactor()
  redactor.add(SECRET)
  const said: unknown[] = []
  const line = (fields: object, message: string) => void said.push(fields, message)
  const logger: Logger = { debug: line, info: line, warn: line, error: line }
  const manager = new WorkflowManager({ store: new LowdbStore(folder), logger, redactor, closeGrace: '5s' })
  manager.onEvent((event: WorkflowEvent) => void said.push(event))
  manager.onEvent(() => {
    throw new Error(leaky)
  })
  const wrong = (kind: 'transient' | 'invalid') =>
    new HwError({
      code: 'test.leaky',
      kind,
      message: leaky,
      hint: leaky,
      context: { answer: leaky, [SECRET]: 'key' },
      cause: new Error(leaky, { cause: leaky }),
    })
  const first = switchStep('first', {
    title: `Title ${SECRET}`,
    retry: { minDelay: 1, maxDelay: 1 },
    act: async (ctx) => {
      ctx.logger.info({ leaky }, leaky)
      ctx.reportSubTask(leaky)
      await ctx.subTask(leaky, async (task) => task.detail(leaky))
      await ctx.effect({
        effect: 'marked',
        marker: async () => ({ leaky }),
        act: async () => {},
        happened: async () => 'happened',
      })
      await ctx.waiting('device', leaky, async () => {})
      ctx.warn('test.leaky', leaky)
      ctx.leaveBehind(leaky, leaky)
      if (ctx.attempt === 1) throw wrong('transient')
    },
    verify: async (ctx) => ({
      ok: true,
      output: { on: leaky },
      evidence: [ctx.evidence(leaky, { [leaky]: [leaky] }, { request: leaky })],
    }),
    undo: () => Promise.reject(wrong('invalid')),
  })
  const hang = switchStep('hang', { act: (ctx) => ctx.subTask('hang', () => untilStopped(ctx)) })
  const settle = { within: '1m', run: () => Promise.reject(wrong('invalid')) } as const
  try {
    const run = await manager.start(
      tinyWorkflow([first, switchStep('second', { skip: () => leaky }), hang], {
        request: { server: leaky },
        spec: { settle },
      }),
      { requestedBy: leaky, idempotencyKey: leaky, via: leaky },
    )
    for await (const event of run.events()) if (event.type === 'subtask.started' && event.name === 'hang') break
    await run.cancel({ by: leaky, reason: leaky })
    const end = await run.outcome()
    expect(end.status).toBe('CANCELLED')
    said.push(end)
    const again = await manager.start(tinyWorkflow([hang], { resource: 'm9' }), {}).then((other) => other)
    said.push(
      await manager.start(tinyWorkflow([hang], { resource: 'm9', request: 5 })).catch((error: Error) => error.message),
    )
    await again.cancel({ by: 'ada', reason: 'x' })
    await manager.close({ mode: 'cancel' })
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
      if (entry.isFile()) said.push(await readFile(join(entry.parentPath, entry.name), 'utf8'))
    const everything = JSON.stringify(said)
    expect(everything.length).toBeGreaterThan(10_000)
    for (const form of [...FORMS, 'Tr0ub4', 'dor&3', '%263%2F', FORMS[2]!.slice(0, 8), FORMS[2]!.slice(-8)])
      expect(everything.includes(form), form).toBe(false)
  } finally {
    await manager.close()
    await rm(folder, { recursive: true })
  }
})
