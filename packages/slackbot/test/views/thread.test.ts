import { beforeAll, expect, it } from 'vitest'
import { logFile } from '../../src/views/log-file.ts'
import { failurePost, finalPost, stepPost } from '../../src/views/thread.ts'
import { Doors, firmwareFirstWorkflow, openManager, SECRET } from './firmware-first.ts'
import { faultsOf, golden, seenIn } from './judge.ts'
import { realRun, type RealRun } from './real-runs.ts'

let good: RealRun
let bad: RealRun
beforeAll(async () => {
  good = await realRun()
  bad = await realRun({
    fault: (lab) => void lab.faults.always({ server: 'srv001', call: 'ilorest commit', mode: 'ack-no-effect' }),
  })
}, 30_000)

it('each step that has ended has a post with what was read back', async () => {
  for (const { id, title } of good.end.steps) {
    const content = stepPost(good.end, id)
    expect(faultsOf(content)).toEqual([])
    expect(seenIn(content.blocks)).toContain(`✔ ${title}: done in `)
  }
  await expect(golden(stepPost(good.end, 'bios-modify'))).toMatchFileSnapshot('golden/post-step-bios-modify.json')
  expect(seenIn(stepPost(good.end, 'ipmi-configure').blocks)).toContain(
    'the same BMC answers at 192.168.1.100 (redfish)',
  )
  expect(seenIn(stepPost(bad.end, 'bios-push').blocks)).toMatch(
    /✘ Push BIOS configuration: failed after .*, 3 attempts/,
  )
})

it('a failure says the error, the device’s answer, the hint, what was left behind and what to do next', async () => {
  const content = failurePost(bad.end, 'U0ADA')
  expect(faultsOf(content, ['U0ADA'])).toEqual([])
  await expect(golden(content)).toMatchFileSnapshot('golden/post-failure.json')
  const seen = seenIn(content.blocks)
  for (const words of [
    'failed after',
    'in Push BIOS configuration',
    'bios.not-staged',
    'What to do: Check the BMC’s log',
    'Left behind',
    'AutoPowerOn, PowerOnDelay',
    'Ready, off',
    '/provision retry run_',
    'hwautomation restore-bios run_',
  ])
    expect(seen).toContain(words)
  expect(JSON.stringify(content.blocks)).toContain('"type":"user","user_id":"U0ADA"')
  expect(faultsOf(failurePost(bad.end))).toEqual([])
})

it('the end says the BIOS diff, the addresses before and after, durations and how much was read back', async () => {
  const content = finalPost(good.end)
  expect(faultsOf(content)).toEqual([])
  await expect(golden(content)).toMatchFileSnapshot('golden/post-final.json')
  const seen = seenIn(content.blocks)
  for (const words of [
    'srv001.maas → a1.c5.large: ready, in ',
    'Host address: 10.0.0.50',
    'BMC: dhcp 192.168.2.10/255.255.252.0 via 192.168.0.1 → static 192.168.1.100',
    'the BMC itself answers there',
    'In MAAS: Ready, off',
    'hw-type-a1-c5-large',
    '~ AutoPowerOn (ac-loss): RestoreLastState -> AlwaysPowerOn',
    '✔ Push BIOS configuration  5 min',
    'things were read back from the device as evidence',
  ])
    expect(seen).toContain(words)
})

it('the end says firmware before and after where steps of one’s own brought it up to date, and never the rest of a request', async () => {
  await using manager = await openManager()
  const { record } = await (await manager.start(firmwareFirstWorkflow(new Doors()))).outcome()
  expect(JSON.stringify(record)).toContain(SECRET)
  const seen = seenIn(finalPost(record).blocks)
  expect(seen).toContain('Firmware BMC: 1.40 → 1.62')
  expect(seen).toContain('Firmware BIOS: 2.10 → 2.24')
  for (const drawn of [finalPost(record), failurePost(record), logFile(record, [])])
    expect(JSON.stringify(drawn)).not.toContain(SECRET)
})

it('the log has the report and every event, and a name that says whose it is', () => {
  const { filename, title, content } = logFile(bad.end, bad.events)
  expect(filename).toMatch(/^srv001\.maas-run_[0-9a-f-]+\.txt$/)
  expect(title).toMatch(/^Log of srv001\.maas → a1\.c5\.large: failed after /)
  expect(content).toContain('    ✘ Checking that the changes are staged…')
  expect(content).toContain('Error ilorest reported success')
  expect(content).toMatch(/\d\d:\d\d:\d\d +\d+ % +FAILED/)
  const many = Array.from({ length: 60 }, () => bad.events).flat()
  expect(logFile(bad.end, many).content).toContain(`… ${many.length - 5_000} earlier ones are left out`)
})
