import { describe, expect, it } from 'vitest'
import { MACHINE_STATUS, machineStatusLabel } from '../../src/provisioning/machine-status.ts'
import { MAAS_ERRORS } from '../../src/maas/maas-errors.ts'
import { MaasMachine } from '../../src/maas/machine.ts'
import { learnSecrets } from '../../src/maas/power-secrets.ts'
import { eventTime } from '../../src/maas/records.ts'
import { Redactor, REDACTED } from '../../src/redaction.ts'
import { client, machineRecord } from './fixtures.ts'
import { json, scriptedMaas } from './scripted-maas.ts'

describe('a machine record', () => {
  it('keeps the fields that nobody here knows', () => {
    expect(MaasMachine.parse(machineRecord('p3wxky', { of_a_later_maas: { a: 1 } }))).toMatchObject({
      of_a_later_maas: { a: 1 },
      system_id: 'p3wxky',
    })
  })

  it('of a machine that has just been made has nothing in many places', () => {
    const fresh = {
      status: 0,
      status_message: null,
      status_action: null,
      hardware_uuid: null,
      boot_interface: null,
      interface_set: [],
      ip_addresses: [],
      current_commissioning_result_id: null,
    }
    expect(MaasMachine.parse(machineRecord('p3wxky', fresh))).toMatchObject(fresh)
  })

  it('may be missing from the answer to a power off: nothing was to be done', async () => {
    await using maas = await scriptedMaas(({ url }, response) =>
      url.includes('aaaaaa') ? json(response, null) : response.end(),
    )
    await using under = client(maas.url)
    expect(await under.powerOff('aaaaaa')).toBeUndefined()
    expect(await under.powerOff('bbbbbb')).toBeUndefined()
  })
})

describe('a status number', () => {
  it("has MAAS's label, and an unknown one is shown as it is", () => {
    expect(machineStatusLabel(MACHINE_STATUS.failedToEnterRescueMode)).toBe('Failed to enter rescue mode')
    expect(Object.values(MACHINE_STATUS).map(machineStatusLabel)).not.toContainEqual(expect.stringContaining('status '))
    expect(machineStatusLabel(99)).toBe('status 99')
  })
})

describe("an event's time", () => {
  it.each([
    ['Mon, 23 Nov. 2026 05:46:21', '2026-11-23T05:46:21.000Z'],
    ['Tue, 01 Sept. 2026 23:59:59', '2026-09-01T23:59:59.000Z'],
    ['Sun, 01 March 2026 00:00:00', '2026-03-01T00:00:00.000Z'],
    ['Fri, 01 May 2026 00:00:00', '2026-05-01T00:00:00.000Z'],
    ['yesterday', undefined],
  ])('%s is UTC', (created, expected) => {
    expect(eventTime({ created })).toBe(expected)
  })
})

describe('the secrets of power parameters', () => {
  it('are masked whatever they are called, the rest is not', () => {
    const redactor = new Redactor()
    const parameters = {
      a: { power_pass: 'Passw0rd-1', power_user: 'ADMIN-user', k_g: 'k-g-secret' },
      b: { power_token_secret: 'token-2', password: 'lxd-pass', key: 'PEM-key', power_address: '10.0.0.1' },
    }
    learnSecrets(parameters, redactor)
    const masked = redactor.text(JSON.stringify(parameters))
    for (const secret of ['Passw0rd-1', 'k-g-secret', 'token-2', 'lxd-pass', 'PEM-key'])
      expect(masked).not.toContain(secret)
    expect(masked).toContain('ADMIN-user')
    expect(masked).toContain('10.0.0.1')
    expect(masked).toContain(REDACTED)
  })

  it('are masked even where the answer is wrong otherwise', async () => {
    const redactor = new Redactor()
    await using maas = await scriptedMaas((_, response) =>
      json(response, { power_pass: 'Passw0rd-1', power_address: 42 }),
    )
    await using under = client(maas.url, { redactor, readAttempts: 1 })
    await expect(under.powerParameters('p3wxky')).rejects.toMatchObject({
      code: 'maas.unexpected-answer',
      context: { field: 'power_address' },
    })
    expect(redactor.text('Passw0rd-1')).toBe(REDACTED)
  })
})

describe('the table of errors', () => {
  it.each(Object.entries(MAAS_ERRORS))('says of %s what it means and what to do', (code, { meaning, hint }) => {
    expect(code).toMatch(/^maas\.[a-z-]+$/)
    expect(meaning).toMatch(/\.$/)
    expect(hint.length).toBeGreaterThan(10)
  })
})
