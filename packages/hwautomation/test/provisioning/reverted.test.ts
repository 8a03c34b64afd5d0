import type { Lab } from '@hwautomation/testkit'
import { describe, expect, it } from 'vitest'
import { testSite } from './site.ts'

/** Somebody undoes the work just after it was done and before it is verified: the step must notice. */
const REVERSALS = [
  { step: 'finalize', after: { type: 'ended', name: 'Tagging it hw-type-a1-c5-large…' }, act: 'allocate' },
  { step: 'finalize', after: { type: 'ended', name: 'Tagging it hw-type-a1-c5-large…' }, act: 'enter-rescue' },
  { step: 'bios-push', after: { type: 'started', name: 'Reading the settings back…' }, act: 'revert-bios' },
  { step: 'ipmi-configure', after: { type: 'ended', name: 'Having MAAS reach it there…' }, act: 'revert-bmc-address' },
  {
    step: 'ipmi-configure',
    after: { type: 'ended', name: 'Having MAAS reach it there…' },
    act: { netmask: '255.255.0.0' },
  },
  {
    step: 'ipmi-configure',
    after: { type: 'ended', name: 'Having MAAS reach it there…' },
    act: { gateway: '192.168.1.254' },
  },
  { step: 'ipmi-configure', after: { type: 'ended', name: 'Having MAAS reach it there…' }, act: { source: 'DHCP' } },
  { step: 'finalize', after: { type: 'ended', name: 'Tagging it hw-type-a1-c5-large…' }, act: 'remove-tags' },
] as const satisfies readonly {
  step: string
  after: { type: 'started' | 'ended'; name: string }
  /** An intervention, or what becomes of the BMC's network settings. */
  act:
    | Parameters<ReturnType<Lab['server']>['intervene']>[0]
    | Partial<Omit<ReturnType<Lab['server']>['machine']['bmc']['network'], 'mac'>>
}[]

describe('a world that is reverted between act and verify', () => {
  it.each(REVERSALS)('fails $step after $act', async ({ step, after, act }) => {
    await using site = await testSite()
    site.hw.manager.onEvent((event) => {
      if (
        (event.type === 'subtask.started' || event.type === 'subtask.ended') &&
        event.type === `subtask.${after.type}` &&
        event.step === step &&
        event.name === after.name
      )
        if (typeof act === 'string') site.lab.server('srv001').intervene(act)
        else Object.assign(site.lab.server('srv001').machine.bmc.network, act)
    })
    const run = await site.hw.manager.start(site.workflow({ targetIpmiIp: '192.168.1.100', retryCount: 0 }))
    const { status, record, error } = await run.outcome()
    expect(status).toBe('FAILED')
    expect(record.steps.find(({ id }) => id === step)).toMatchObject({ status: 'failed' })
    expect(error?.code).toBe('workflow.not-verified')
    expect(error?.context['step'] ?? error?.message).toContain(step)
  })
})
