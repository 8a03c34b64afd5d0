import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hwautomation, jsonLines } from './command.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hwa-devices-'))
  await writeFile(
    join(folder, 'own.yaml'),
    'deviceTypes:\n  mine:\n    extends: r650.c.large\n    description: ours\n    bios: { native: { MemTest: Enabled } }\n',
  )
  await writeFile(
    join(folder, 'bad.yaml'),
    'deviceTypes:\n  bad:\n    extends: r650.c.large\n    bios: { settings: { pxe: disabled, smt: "on" } }\n  cut:\n    extends: r650.c.large\n    bios: { settings: { pxe: disabled }, native: { NewSetupPassword: planted-secret } }\n',
  )
  // neither MAAS nor SSH: a device type needs none
  await writeFile(join(folder, 'site.yaml'), 'devices: { files: [own.yaml] }\n')
})
afterAll(() => rm(folder, { recursive: true }))

describe('hwautomation devices', () => {
  it('lists the shipped types and those of the configuration, without MAAS', async () => {
    const all = await hwautomation(['devices', 'list', '-c', 'site.yaml'], { cwd: folder })
    expect(all).toMatchObject({ code: 0, stderr: '' })
    const lines = all.stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(50)
    for (const words of [/^TYPE +VENDOR/, /^mine +dell +PowerEdge R650 /, /^s0\.d1\.small .* incomplete: of boards/])
      expect(lines.filter((line) => words.test(line))).toHaveLength(1)
    const json = await hwautomation(['devices', 'list', '--vendor', 'dell', '--json', '-c', 'site.yaml'], {
      cwd: folder,
    })
    const types = jsonLines(json.stdout)
    expect(types.map(({ type, name }) => `${type} ${name}`)).toEqual(
      ['mine', 'r640.c.medium', 'r650.c.large', 'r6515.c.large', 'r750.m.large'].map((name) => `device-type ${name}`),
    )
  })

  it('shows one with all that it inherits', async () => {
    const text = await hwautomation(['devices', 'show', 'mine', '-c', 'site.yaml'], { cwd: folder })
    expect(text).toMatchObject({ code: 0, stderr: '' })
    for (const words of [
      /^mine {2}ours$/m,
      /racadm \(BIOS\)/,
      /smt +enabled/,
      /MemTest = Enabled/,
      /source +.*own\.yaml/,
    ])
      expect(text.stdout).toMatch(words)
    for (const words of [/only advised: bios\.sata-mode/, /bios-push +about 12 min, at most 45 min an attempt/])
      expect(text.stdout).toMatch(words)
    const json = await hwautomation(['devices', 'show', 'mine', '-c', 'site.yaml', '--json'], { cwd: folder })
    expect(jsonLines(json.stdout)).toMatchObject([
      { type: 'device-type', name: 'mine', bios: { bootNic: 'PxeDev1EnDis', settings: { smt: 'enabled' } } },
    ])
  })

  it('checks files: every fault with its place, no secret in it, and 2 where there is one', async () => {
    const good = await hwautomation(['devices', 'check', 'own.yaml'], { cwd: folder })
    expect(good).toMatchObject({ code: 0, stdout: '✔ 49 device types, own.yaml\n', stderr: '' })
    const bad = await hwautomation(['devices', 'check', 'own.yaml', 'bad.yaml'], { cwd: folder })
    expect([bad.code, bad.stderr]).toEqual([2, ''])
    expect(bad.stdout.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^✘ bad\.yaml:4:45: bad: `bios\.settings\.smt`: `on` is not allowed/),
      expect.stringMatching(/^✘ bad\.yaml:7:30: cut: `bios\.settings\.pxe`: `disabled` takes/),
      expect.stringMatching(/^✘ bad\.yaml:7:52: cut: `NewSetupPassword` is a password/),
    ])
    const json = await hwautomation(['devices', 'check', 'bad.yaml', '--json'], { cwd: folder })
    expect(json.code).toBe(2)
    expect(jsonLines(json.stdout)).toMatchObject([
      { type: 'device-fault', file: 'bad.yaml', line: 4, column: 45 },
      { type: 'device-fault', line: 7, column: 30 },
      { type: 'device-fault', line: 7, column: 52 },
      { type: 'device-check', files: ['bad.yaml'], faults: 3 },
    ])
    for (const { stdout, stderr } of [bad, json]) expect(stdout + stderr).not.toContain('planted-secret')
    expect(await hwautomation(['devices', 'check'], { cwd: folder })).toMatchObject({ code: 0 })
  })

  it.each([
    [['devices', 'show', 'r650.c.lrage'], /devices\.unknown-type[\s\S]*Did you mean r650\.c\.large/],
    [['devices', 'list', '--vendor', 'del'], /devices\.unknown-vendor[\s\S]*Known: hpe, supermicro, dell/],
    [['devices', 'list', '-c', 'nowhere.yaml'], /config\.invalid/],
  ])('%j is refused with what is right', async (args, words) => {
    const { code, stderr } = await hwautomation(args, { cwd: folder })
    expect(code).toBe(2)
    expect(stderr).toMatch(words)
  })
})
