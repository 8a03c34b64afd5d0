import { createLab } from '@hwautomation/testkit'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createHwAutomation, LowdbStore } from '../../src/index.ts'

test('who brings a store of its own does not take the control socket of the process that has the state directory', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hwa-own-'))
  const [stateDir, elsewhere] = [join(folder, 'state'), join(folder, 'elsewhere')]
  await using lab = await createLab()
  const usual = { ...lab.connection(), clock: lab.clock, env: {}, stateDir }
  const owner = await createHwAutomation(usual)
  const other = await createHwAutomation({ ...usual, store: new LowdbStore(elsewhere) })
  await other.close()
  expect(existsSync(join(stateDir, 'control.sock'))).toBe(true)
  expect(existsSync(join(elsewhere, 'control.sock'))).toBe(false)
  await owner.close()
  await rm(folder, { recursive: true })
})
