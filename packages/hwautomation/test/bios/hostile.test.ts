import { describe, expect, it } from 'vitest'
import { parseJobQueue } from '../../src/bios/dell/job-queue.ts'
import { parseProfileXml } from '../../src/bios/dell/profile-xml.ts'
import { racadmError } from '../../src/bios/dell/racadm-error.ts'
import { parseObjects } from '../../src/bios/dell/racadm-output.ts'
import { parseBiosFile } from '../../src/bios/supermicro/bios-file.ts'
import { configurationOfFile } from '../../src/bios/supermicro/configuration.ts'
import { registryOfFile } from '../../src/bios/supermicro/registry.ts'
import { sumError } from '../../src/bios/supermicro/sum-error.ts'
import { productKeysOf } from '../../src/bios/supermicro/sum-output.ts'
import { file, latin1, menu, option } from './supermicro/files.ts'

/** About what one command may print; a cost that grows with its square is minutes. */
const MANY = 1_500_000
const blanks = ' '.repeat(MANY)
const failed = { tool: 'sum', command: 'GetCurrentBiosCfg', code: 1, stderr: '' } as const
const racadmFailed = { call: 'get', code: 1, stderr: '' }
const withWorkIf = (worksIf: string) => file(menu('M', option('A', 'on', ['0 off', '1 on'], { worksIf })))

describe('what a hostile host prints', () => {
  it.each<[string, () => unknown]>([
    ['a file of line breaks', () => expect(() => parseBiosFile(latin1('\n'.repeat(MANY)))).toThrow(/it is empty/)],
    ['a condition of blanks', () => registryOfFile(parseBiosFile(withWorkIf(`a${blanks}b`)))],
    ['a condition without end', () => registryOfFile(parseBiosFile(withWorkIf('a '.repeat(MANY / 2))))],
    ['an error block of blanks', () => sumError({ ...failed, stdout: `${blanks}ExitCode${blanks}` })],
    ['keys of line breaks', () => expect(productKeysOf('\n'.repeat(MANY))).toEqual([])],
    ['comments without end', () => expect(() => parseProfileXml('<!--'.repeat(MANY / 4))).toThrow(/not a server/)],
    ['a job of blanks', () => parseJobQueue(`[Job ID=JID_1]\nA${blanks}b`)],
    ['an object of blanks', () => parseObjects(`A=b${blanks}c`)],
    ['a refusal without end', () => racadmError({ ...racadmFailed, stdout: `ERROR: ${'export'.repeat(MANY / 6)}` })],
  ])('costs no more than its length: %s', (_, read) => {
    const started = performance.now()
    read()
    expect(performance.now() - started).toBeLessThan(5000)
  })

  it('is refused where names of menus would be repeated for thousands of settings', () => {
    const settings = Array.from({ length: 1000 }, (_, index) => option(`s${index}`, 'on', ['1 on']))
    const root = parseBiosFile(file(menu('A'.repeat(100_000), settings.join(''))))
    expect(() => configurationOfFile(root)).toThrow(/names of more than/)
    expect(() => registryOfFile(root)).toThrow(/names of more than/)
  })

  it('is refused where it has more settings than any board', () => {
    const root = parseBiosFile(file(menu('M', '<Setting name="s" type="String"/>'.repeat(7000))))
    expect(() => configurationOfFile(root)).toThrow(/7000 settings/)
  })
})
