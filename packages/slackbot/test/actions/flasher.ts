import { defineWorkflow, HwError, StepList, WorkflowStep, type RunnableWorkflow } from 'hwautomation'
import { z } from 'zod'

/** A device whose answer to a call that must not be repeated is lost, once. */
export class Flasher {
  sent = 0
  readonly workflow: RunnableWorkflow<{ readonly server: string }>

  constructor() {
    const flash = new WorkflowStep<{ readonly server: string }, { done: boolean }>({
      id: 'flash',
      output: z.object({ done: z.boolean() }),
      timeout: { attempt: '1m', total: '2m' },
      retry: { retries: 0 },
      onCancel: 'stop',
      plan: (ctx) => ctx.todo('flash it'),
      act: async (ctx) => {
        await ctx.effect({
          effect: 'test.flash',
          act: async () => {
            this.sent += 1
            throw new HwError({ code: 'test.lost', kind: 'lost-contact-after-effect', message: 'The answer was lost.' })
          },
        })
      },
      verify: async (ctx) => ({ ok: true, output: { done: true }, evidence: [ctx.evidence('flashed', this.sent)] }),
    })
    const request = { server: 'srv900' }
    this.workflow = {
      definition: defineWorkflow<{ readonly server: string }>({
        name: 'test/flash',
        version: 1,
        steps: new StepList([flash]),
        effects: { 'test.flash': 'blind' },
      }),
      request,
      resolve: async () => ({ resource: 'srv900', label: 'srv900', request }),
      capabilities: () => ({ get: () => undefined as never, [Symbol.asyncDispose]: async () => {} }),
    }
  }
}
