import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLab } from '@hwautomation/testkit'
import { expect, test } from 'vitest'
import { createHwAutomation, ServerProvisioningWorkflow } from '../src/index.ts'

test('with a retention, a run that ended longer ago is gone after the next start, with its events; others stay', async () => {
  await using lab = await createLab({
    servers: [
      { hostname: 'srv001', status: 'deployed' },
      { hostname: 'srv002', status: 'deployed' },
    ],
  })
  const stateDir = await mkdtemp(join(tmpdir(), 'hwa-retention-'))
  const open = (more: object = {}) =>
    createHwAutomation({ ...lab.connection(), clock: lab.clock, env: {}, stateDir, control: false, ...more })
  const refusedRun = async (hw: Awaited<ReturnType<typeof open>>, serverId: string) => {
    const run = await hw.manager.start(new ServerProvisioningWorkflow({ serverId, deviceType: 'a1.c5.large' }, hw))
    await run.outcome()
    return run.id
  }
  try {
    const first = await open()
    const old = await refusedRun(first, 'srv001')
    await lab.clock.sleep(2 * 60 * 60_000)
    const young = await refusedRun(first, 'srv002')
    await first.close()

    await using second = await open({ retention: '1h' })
    await expect.poll(async () => (await second.manager.list()).records.map(({ id }) => id)).toEqual([young])
    expect(await second.manager.get(old)).toBeUndefined()
    const types = []
    for await (const { type } of second.manager.audit({ workflowId: young })) types.push(type)
    expect(types).toContain('workflow.status')
  } finally {
    await rm(stateDir, { recursive: true, force: true })
  }
})

test('without a retention nothing is removed', async () => {
  await using lab = await createLab({ servers: [{ hostname: 'srv001', status: 'deployed' }] })
  const stateDir = await mkdtemp(join(tmpdir(), 'hwa-retention-'))
  const open = () => createHwAutomation({ ...lab.connection(), clock: lab.clock, env: {}, stateDir, control: false })
  try {
    const first = await open()
    const run = await first.manager.start(
      new ServerProvisioningWorkflow({ serverId: 'srv001', deviceType: 'a1.c5.large' }, first),
    )
    await run.outcome()
    await lab.clock.sleep(2 * 60 * 60_000)
    await first.close()
    await using second = await open()
    expect((await second.manager.get(run.id))?.status).toBe('FAILED')
  } finally {
    await rm(stateDir, { recursive: true, force: true })
  }
})
