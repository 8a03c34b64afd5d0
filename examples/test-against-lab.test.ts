/** Test your own automation against the simulated data centre. */
import { createLab } from '@hwautomation/testkit'
import { createHwAutomation, ServerProvisioningWorkflow } from 'hwautomation'
import { expect, it } from 'vitest'

it('commits the BIOS settings once, although the answer to the commit was lost', async () => {
  await using lab = await createLab({ servers: [{ hostname: 'srv001', model: 'hpe-rl300' }] })
  await using hw = await createHwAutomation({ ...lab.connection(), clock: lab.clock })
  lab.faults.once({ server: 'srv001', call: 'ilorest commit', mode: 'reply-lost-after-effect' })
  const end = await new ServerProvisioningWorkflow({ serverId: 'srv001', deviceType: 'a1.c5.large' }, hw).execute()
  expect(end.status).toBe('COMPLETED')
  expect(lab.server('srv001').log('ilorest commit')).toHaveLength(1)
  lab.assertClean()
})
