import { z } from 'zod'
import {
  defineWorkflow,
  StepList,
  WorkflowStep,
  type CapabilityScope,
  type RunnableWorkflow,
  type WorkflowDefinition,
} from '../../src/index.ts'

interface BlindRequest {
  readonly url: string
}

/** Sends something that nobody can ask about afterwards. */
const ring = new WorkflowStep<BlindRequest, Record<string, never>>({
  id: 'ring',
  output: z.object({}),
  timeout: { attempt: '1m', total: '5m' },
  onCancel: 'stop',
  plan: (ctx) => ctx.todo('ring the bell'),
  act: (ctx) =>
    ctx.effect({
      effect: 'bell',
      act: async () => void (await fetch(ctx.request.url, { method: 'POST', signal: ctx.signal })),
    }),
  verify: async (ctx) => ({ ok: true, output: {}, evidence: [ctx.evidence('the bell was rung', {})] }),
})

/** One step with one blind effect. */
export const blindDefinition: WorkflowDefinition<BlindRequest> = defineWorkflow<BlindRequest>({
  name: 'test/blind',
  version: 1,
  steps: new StepList<BlindRequest>([ring]),
  effects: { bell: 'blind' },
})

/** A bell needs nothing. */
export function blindCapabilities(): CapabilityScope {
  return {
    get() {
      throw new Error('a bell needs nothing')
    },
    [Symbol.asyncDispose]: async () => {},
  }
}

export function blindWorkflow(url: string): RunnableWorkflow<BlindRequest> {
  const request = { url }
  return {
    definition: blindDefinition,
    request,
    resolve: async () => ({ resource: 'bell-1', label: 'bell', request }),
    capabilities: blindCapabilities,
  }
}
