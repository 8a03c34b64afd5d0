import { fileURLToPath } from 'node:url'
import { createLab } from '@hwautomation/testkit'
import { expect, test } from 'vitest'
import { createHwAutomation } from '../src/index.ts'
import { testSite } from './provisioning/site.ts'

const openSockets = () => process.getActiveResourcesInfo().filter((kind) => kind.startsWith('TCPSocket')).length

test('a check leaves no socket behind once the library is closed', async () => {
  await using lab = await createLab()
  await lab.clock.settled()
  const before = openSockets()
  const hw = await createHwAutomation({ ...lab.connection(), clock: lab.clock, env: {} })
  const results = await hw.check()
  expect(results.find(({ name }) => name === 'clocks agree')).toMatchObject({ status: 'ok' })
  await hw.close()
  await lab.clock.settled()
  expect(openSockets()).toBe(before)
  lab.assertClean()
})

test.each([
  [0, 'ok', /no difference/],
  [200, 'warn', /(199|200) s ahead/],
  [-400, 'fail', /behind/],
] as const)('a MAAS whose clock is %s s off is %s', async (seconds, status, words) => {
  await using site = await testSite()
  site.lab.maas.clockSkewMs = seconds * 1000
  const found = (await site.hw.check()).find(({ name }) => name === 'clocks agree')
  expect(found?.status).toBe(status)
  expect(found?.detail).toMatch(words)
})

test('every tool is named once for an architecture, however many files it has', async () => {
  await using site = await testSite()
  const results = await site.hw.check()
  expect(results.find(({ name }) => name === 'device types')?.detail).toBe('48 (37 supermicro, 7 hpe, 4 dell)')
  const tools = results.find(({ name }) => name === 'tools')
  expect(tools?.status).toBe('ok')
  const names = tools?.detail.split(', ') ?? []
  expect(names).toEqual([...new Set(names)])
  expect(names).toContain('ilorest for aarch64')
})

test('a device type whose BMC user has no password configured is told of', async () => {
  const devices = { files: [fileURLToPath(new URL('provisioning/bmc-settings-devices.yaml', import.meta.url))] }
  await using site = await testSite({}, { devices, bmc: { secrets: { 'bmc/operator': 'x', 'bmc/short': 'y' } } })
  const found = (await site.hw.check()).find(({ name }) => name === 'device types')
  expect(found?.status).toBe('warn')
  expect(found?.detail).toMatch(
    /a1\.c5\.impossible gives BMCs the user nobody with the secret bmc\/none, which bmc\.secrets does not have$/,
  )
})
