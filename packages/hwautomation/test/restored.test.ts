import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { createLab } from '@hwautomation/testkit'
import { expect, test } from 'vitest'
import { createHwAutomation, ServerProvisioningWorkflow } from '../src/index.ts'

/** As docs/reliability.md says: without the owner and its socket. */
const NOT_COPIED = ['owner', 'control.sock']

test('a copy of a directory in use, opened with `resume: park`, has its runs, sends nothing, and goes on when it is told to', async () => {
  await using lab = await createLab({ servers: [{ hostname: 'srv001' }] })
  const folder = await mkdtemp(join(tmpdir(), 'hwa-restored-'))
  const open = (stateDir: string, more: object = {}) =>
    createHwAutomation({ ...lab.connection(), clock: lab.clock, env: {}, stateDir, ...more })
  try {
    const first = await open(join(folder, 'state'))
    const copied = new Promise<void>((resolve, reject) => {
      lab.faults.once({
        call: 'ilorest save',
        mode: 'intervention',
        act: () => {
          const filter = (path: string) => !NOT_COPIED.includes(basename(path))
          void cp(join(folder, 'state'), join(folder, 'copy'), { recursive: true, filter })
            .then(() => first.close())
            .then(resolve, reject)
        },
      })
    })
    const run = await first.manager.start(
      new ServerProvisioningWorkflow({ serverId: 'srv001', deviceType: 'a1.c5.large' }, first),
    )
    await copied

    await using second = await open(join(folder, 'copy'), { resume: 'park' })
    const parked = (await second.manager.get(run.id))!
    expect(parked.record()).toMatchObject({ status: 'RUNNING', waitingFor: { kind: 'hold' } })
    expect(second.manager.isWorkingOn(run.id)).toBe(false)
    const before = lab.log.entries.length
    await lab.clock.sleep(10 * 60_000)
    expect(lab.log.entries.slice(before).filter(({ mutating }) => mutating)).toEqual([])

    const end = await (await second.manager.resume(run.id, { by: 'ada' })).outcome()
    expect(end.status).toBe('COMPLETED')
    expect(lab.server('srv001').log('maas POST machines/{id}?op=commission')).toHaveLength(1)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
