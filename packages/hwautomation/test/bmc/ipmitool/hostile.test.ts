import { expect, it } from 'vitest'
import { parseLanPrint, parseMcInfo, parseUserList } from '../../../src/bmc/ipmitool/parse.ts'

const blanks = ' '.repeat(1_000_000)

it.each<[string, () => unknown]>([
  ['lan print', () => parseLanPrint(`a${blanks}b`)],
  ['mc info', () => parseMcInfo(`a${blanks}b`)],
  ['user list', () => parseUserList(`ID  Name  Callin\n1 ${blanks}true ${blanks}x`)],
])('an answer of %s that is all blanks costs no more than its length', (_, parse) => {
  const started = performance.now()
  try {
    parse()
  } catch (error) {
    expect(error).toMatchObject({ code: 'bmc.unreadable-answer' })
  }
  expect(performance.now() - started).toBeLessThan(5000)
})
