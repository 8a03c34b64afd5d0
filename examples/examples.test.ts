import { createLab } from '@hwautomation/testkit'
import { createHwAutomation, ServerProvisioningWorkflow } from 'hwautomation'
import { expect, it } from 'vitest'
import { provisionFromTicket } from './embed.ts'
import { acme } from './own-step.ts'
import { provisionRack } from './three-vendors.ts'

it('embed.ts follows a run to its end', async () => {
  await using lab = await createLab({ servers: [{ hostname: 'srv001', model: 'hpe-rl300' }] })
  const said: string[] = []
  const end = await provisionFromTicket({ ...lab.connection(), clock: lab.clock }, (line) => said.push(line))
  expect(end.status).toBe('COMPLETED')
  expect(said.some((line) => line.includes('Exporting current BIOS configuration…'))).toBe(true)
  lab.assertClean()
})

it('own-step.ts runs its step among the standard ones', async () => {
  await using lab = await createLab({ servers: [{ hostname: 'srv001', model: 'hpe-rl300' }] })
  await using hw = await createHwAutomation({ ...lab.connection(), clock: lab.clock })
  const { record } = await new ServerProvisioningWorkflow(
    { serverId: 'srv001', deviceType: 'a1.c5.large' },
    hw,
    acme,
  ).execute()
  const burnIn = record.steps.find(({ id }) => id === 'burn-in')
  expect(burnIn?.status).toBe('completed')
  expect(burnIn?.subTasks.find(({ name }) => name === 'Burning in…')?.detail).toContain('round 3')
  lab.assertClean()
})

it('three-vendors.ts brings a rack of three vendors to its device types', async () => {
  const models = ['hpe-rl300', 'supermicro-x11dpt-b', 'dell-r650']
  await using lab = await createLab({ servers: models.map((model, at) => ({ hostname: `srv00${at + 1}`, model })) })
  const said: string[] = []
  const ends = await provisionRack({ ...lab.connection(), clock: lab.clock }, (line) => said.push(line))
  expect(ends.map(({ status, error }) => error?.message ?? status)).toEqual(['COMPLETED', 'COMPLETED', 'COMPLETED'])
  for (const tool of ['ilorest', 'sum', 'racadm']) expect(said.join('\n')).toContain(`[${tool}]`)
  expect(said.join('\n')).toMatch(/Xeon.*\(host\)/)
  lab.assertClean()
})
