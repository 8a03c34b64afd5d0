/** A step of your own among the standard ones. */
import { defineWorkflow, HostShell, standardSteps, WorkflowStep, type StepContext } from 'hwautomation'
import { z } from 'zod'

const burnIn = new WorkflowStep({
  id: 'burn-in',
  output: z.object({ errors: z.number() }),
  timeout: { attempt: '40m', total: '90m' },
  expected: () => '30m',
  onCancel: 'stop',
  plan: (ctx) => ctx.todo('read and hash 1 GiB thirty times'),
  act: (ctx) =>
    ctx.subTask('Burning in…', (task) =>
      ctx.use(HostShell).run(['sh', '-c', 'for n in 1 2 3; do echo "round $n"; sleep 60; done'], {
        signal: ctx.signal,
        onLine: task.detail,
      }),
    ),
  verify: async (ctx) => {
    const errors = await machineChecks(ctx)
    return {
      output: { errors },
      evidence: [ctx.evidence('no machine checks', { errors }, { source: 'ssh', request: 'kernel log' })],
      ok: errors === 0,
    }
  },
})

/** Machine check exceptions that the kernel has logged since boot. */
async function machineChecks(ctx: StepContext): Promise<number> {
  const { stdout } = await ctx
    .use(HostShell)
    .run(['sh', '-c', 'ls /sys/firmware/acpi/apei 2>/dev/null | grep -c mce || true'], { signal: ctx.signal })
  return Number(stdout.trim() || 0)
}

export const acme = defineWorkflow({
  name: 'acme/provision',
  version: 1,
  steps: standardSteps.insertAfter('bios-push', burnIn),
})
