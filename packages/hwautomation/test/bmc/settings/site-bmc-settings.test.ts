import { createLab, type Lab } from '@hwautomation/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RedfishClient } from '../../../src/bmc/redfish/redfish-client.ts'
import { SiteBmcSettings } from '../../../src/bmc/settings/site-bmc-settings.ts'
import type { BmcSettingName } from '../../../src/devices/bmc-settings.ts'
import { dialThrough } from '../../../src/dial.ts'

const VENDORS = { hpe: 'hpe-rl300', supermicro: 'supermicro-x11dpt-b', dell: 'dell-r650' } as const
type Vendor = keyof typeof VENDORS
const ALL: readonly BmcSettingName[] = [
  'kcs-control',
  'host-interface',
  'ipmi-over-lan',
  'require-host-authentication',
  'require-login-for-rbsu',
]
/** What each vendor's BMC has, and what it is set to here. */
const SETTABLE: Readonly<Record<Vendor, Readonly<Partial<Record<BmcSettingName, string>>>>> = {
  hpe: { 'ipmi-over-lan': 'disabled', 'require-host-authentication': 'enabled', 'require-login-for-rbsu': 'enabled' },
  supermicro: { 'kcs-control': 'user', 'host-interface': 'disabled', 'ipmi-over-lan': 'disabled' },
  dell: { 'host-interface': 'disabled', 'ipmi-over-lan': 'disabled' },
}
const operator = { name: 'operator1', privilege: 'operator', passwordSecret: 'operator' } as const
const PASSWORD = 'Correct-Horse-9'

let lab: Lab
beforeAll(async () => {
  lab = await createLab({ servers: Object.entries(VENDORS).map(([hostname, model]) => ({ hostname, model })) })
})
afterAll(() => lab.close())

function settingsOf(vendor: Vendor, secrets: Readonly<Record<string, string>> = { operator: PASSWORD }) {
  const server = lab.server(vendor)
  const { machine } = server
  const { power_user: user = '', power_pass: password = '' } = server.powerParameters()
  const settings = new SiteBmcSettings({
    vendor,
    clock: lab.clock,
    ownCredentials: false,
    secrets,
    onWarning: (line) => expect.unreachable(line),
    door: {
      clientAt: (host, pinned) =>
        new RedfishClient({
          host,
          dial: dialThrough(lab.connection().dial),
          clock: lab.clock,
          certificate: pinned === undefined ? { mode: 'trust-first' } : { mode: 'pin', sha256: pinned },
        }),
      credentials: async () => ({ user, password }),
    },
  })
  const at = { address: machine.bmc.network.address, certificateSha256: null, signal: AbortSignal.timeout(30_000) }
  return { settings, at, machine }
}

describe.each(Object.keys(VENDORS) as Vendor[])('the BMC of %s', (vendor) => {
  it('is read: what it has by its value, what it has not with the reason, and whose machine it is', async () => {
    const { settings, at, machine } = settingsOf(vendor)
    const { value } = await settings.ask({ settings: ALL, users: true, lan: true }, at)
    for (const name of ALL)
      expect([name, value.settings[name]?.state]).toEqual([name, name in SETTABLE[vendor] ? 'read' : 'unreadable'])
    expect(value.settings['ipmi-over-lan']).toEqual({ state: 'read', value: 'enabled' })
    expect(value.users).toContainEqual({ name: 'maas', enabled: true, privilege: 'administrator' })
    expect(value.certificateSha256).toBe((await machine.bmc.certificate()).sha256)
    expect(value.host.serial ?? value.host.uuid).not.toBeNull()
    await lab.clock.settled()
    lab.assertClean()
  })

  it('is set, and reads back what was set', async () => {
    const { settings, at } = settingsOf(vendor)
    for (const [name, value] of Object.entries(SETTABLE[vendor])) {
      await settings.write(name as BmcSettingName, value, at)
      const read = (await settings.ask({ settings: [name as BmcSettingName] }, at)).value.settings
      expect(read).toEqual({ [name]: { state: 'read', value } })
    }
  })

  it('is given a user, who can log in with that password and no other; again changes it', async () => {
    const { settings, at, machine } = settingsOf(vendor)
    await settings.ensureUser(operator, at)
    expect(await settings.canLogIn(operator, at)).toBe(true)
    expect(await settingsOf(vendor, { operator: 'Other-Horse-10' }).settings.canLogIn(operator, at)).toBe(false)
    await settings.ensureUser({ ...operator, privilege: 'read-only' }, at)
    const { value } = await settings.ask({ users: true }, at)
    expect(value.users?.filter(({ name }) => name === 'operator1')).toEqual([
      { name: 'operator1', enabled: true, privilege: 'read-only' },
    ])
    expect(machine.bmc.users.filter(({ name }) => name === 'operator1')).toHaveLength(1)
    expect(JSON.stringify(lab.log.entries)).not.toContain(PASSWORD)
    await lab.clock.settled()
    lab.assertClean()
  })

  it('refuses another certificate than the pinned one before a credential is sent', async () => {
    const { settings, at } = settingsOf(vendor)
    lab.log.clear()
    const pinned = { ...at, certificateSha256: 'ab'.repeat(32) }
    await expect(settings.ask({ users: true }, pinned)).rejects.toMatchObject({ code: 'bmc.certificate-changed' })
    expect(lab.log.entries.filter(({ door }) => door === 'redfish')).toEqual([])
  })
})

it('says of each vendor what it cannot have, and of passwords what its BMC would refuse, without showing them', () => {
  const { settings } = settingsOf('dell', { operator: 'x'.repeat(41), umlaut: 'Passwört-123' })
  expect(settings.settingProblem('kcs-control', 'user')).toContain('Dell iDRAC has no such setting')
  expect(settings.userProblem(operator)).toMatch(/41 characters long; the BMC takes 4 to 40/)
  expect(settings.userProblem({ ...operator, passwordSecret: 'umlaut' })).toMatch(/outside printable ASCII/)
  expect(settings.userProblem({ ...operator, passwordSecret: 'constructor' })).toMatch(/no secret constructor/)
  expect(settingsOf('hpe').settings.userProblem(operator)).toBeUndefined()
})
