import { describe, expect, it } from 'vitest'
import type { Machine } from '../../../src/world/machine.ts'
import { messageId, startNetwork } from '../../bmc-network.ts'

const SESSIONS = '/redfish/v1/SessionService/Sessions'
const BIOS = '/redfish/v1/Systems/1/Bios'
const admin = (machine: Machine) => machine.bmc.users.find(({ name }) => name === 'ADMIN')!
const start = (model = 'supermicro-x11dpt-b') => startNetwork([{ hostname: 'srv001', model }], 'stepped')
const enter = async (lab: Awaited<ReturnType<typeof start>>) => {
  const bmc = lab.ilo()
  const { token } = await bmc.logIn(admin(lab.machine))
  const headers = { 'X-Auth-Token': token }
  return {
    get: (path: string) => bmc.get(path, token),
    patch: (path: string, body: unknown, more = {}) =>
      bmc.call('PATCH', path, { headers: { ...headers, ...more }, body }),
    post: (path: string, body: unknown) => bmc.call('POST', path, { headers, body }),
  }
}

describe('the BMC of a Supermicro', () => {
  it('shows an X11 without vendor and an X13 with one, with the MAC of its port as UUID', async () => {
    await using lab = await startNetwork(
      [
        { hostname: 'old', model: 'supermicro-x11dpt-b' },
        { hostname: 'new', model: 'supermicro-x13det-b' },
      ],
      'stepped',
    )
    const [old, young] = lab.world.machines as [Machine, Machine]
    const roots = await Promise.all([old, young].map(({ bmc }) => lab.ilo(bmc.network.address).get('/redfish/v1/')))
    expect(roots.map(({ body }) => [body.RedfishVersion, body.Vendor, body.Product])).toEqual([
      ['1.9.0', undefined, undefined],
      ['1.14.0', 'Supermicro', null],
    ])
    expect(roots[0]!.body.UUID).toBe(`00000000-0000-0000-0000-${old.bmc.network.mac.replaceAll(':', '')}`)
    expect(roots[0]!.headers.etag).toMatch(/^"[0-9a-f]{32}"$/)
  })

  it('opens sessions with a relative Location, sixteen at most, for five minutes', async () => {
    await using lab = await start()
    const bmc = lab.ilo()
    const first = await bmc.logIn(admin(lab.machine))
    expect([first.answer.status, first.answer.headers.location]).toEqual([201, `${SESSIONS}/1`])
    expect(first.token).toMatch(/^[a-z0-9]{32}$/)
    for (let count = 1; count < 16; count += 1) await bmc.logIn(admin(lab.machine))
    expect((await bmc.logIn(admin(lab.machine))).answer.status).toBe(503)
    await lab.clock.advance(300_001)
    expect((await bmc.get('/redfish/v1/Systems/1', first.token)).status).toBe(401)
    expect((await bmc.logIn(admin(lab.machine))).answer.status).toBe(201)
  })

  it('locks everybody out for 30 seconds after five wrong passwords', async () => {
    await using lab = await start()
    const bmc = lab.ilo()
    for (let attempt = 0; attempt < 5; attempt += 1)
      expect((await bmc.logIn({ name: 'ADMIN', password: 'guess' })).answer.status).toBe(401)
    expect((await bmc.logIn(admin(lab.machine))).answer.status).toBe(401)
    await lab.clock.advance(30_000)
    expect((await bmc.logIn(admin(lab.machine))).answer.status).toBe(201)
  })

  it('knows paths by their letter case, and answers unknown ones in HTML', async () => {
    await using lab = await start()
    const bmc = await enter(lab)
    const answers = await Promise.all(
      ['/redfish/v1/Systems/1', '/redfish/v1/Systems/1/', '/redfish/v1/systems/1', '/redfish/v1/Chassis'].map(bmc.get),
    )
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 404, 404])
    expect(answers[2]!.headers['content-type']).toBe('text/html')
    expect(answers[2]!.text).toContain('<html>')
    expect(answers[0]!.body).toMatchObject({
      Manufacturer: 'Supermicro',
      Model: 'Super Server',
      SerialNumber: '0123456789',
      UUID: lab.machine.uuid.toUpperCase(),
      BiosVersion: '3.3',
    })
  })

  it('resets by its own list, without PowerCycle', async () => {
    await using lab = await start()
    const bmc = await enter(lab)
    const RESET = '/redfish/v1/Systems/1/Actions/ComputerSystem.Reset'
    expect((await bmc.post(RESET, { ResetType: 'PowerCycle' })).status).toBe(400)
    expect((await bmc.post(RESET, { ResetType: 'On' })).status).toBe(200)
    await lab.clock.advance(2_000)
    expect(lab.machine.power).toBe('on')
    expect(
      (await bmc.post('/redfish/v1/Managers/1/Actions/Manager.Reset', { ResetType: 'GracefulRestart' })).status,
    ).toBe(400)
    expect((await bmc.post('/redfish/v1/Managers/1/Actions/Manager.Reset', {})).status).toBe(200)
    await lab.clock.advance(1_001)
    expect(lab.machine.bmc.reachable).toBe(false)
  })

  it('keeps the BIOS behind its licence, and says which', async () => {
    await using lab = await start()
    lab.machine.bmc.licences.length = 0
    const bmc = await enter(lab)
    for (const answer of [await bmc.get(BIOS), await bmc.patch(`${BIOS}/SD`, { Attributes: {} })]) {
      expect([answer.status, messageId(answer)]).toEqual([403, 'SMC.1.0.OemLicenseNotPassed'])
      expect(answer.body.error.Message).toContain('general error')
    }
    expect((await bmc.get('/redfish/v1/Systems/1')).status).toBe(200)
  })

  it('has other names and types than the setup, and only changed keys in what waits', async () => {
    await using lab = await start()
    const bmc = await enter(lab)
    const { Attributes: now, '@Redfish.Settings': settings } = (await bmc.get(BIOS)).body
    expect(settings.SettingsObject['@odata.id']).toBe(`${BIOS}/SD`)
    expect(settings.SupportedApplyTimes).toBeUndefined()
    expect(now.QuietBoot_0027).toBe(true)
    const name = Object.keys(now).find((each) => each.startsWith('SR-IOVSupport_'))!
    const staged = await bmc.patch(BIOS, { Attributes: { QuietBoot: false, [name]: 'Enabled' } })
    expect([staged.status, staged.body.Accepted.code]).toEqual([202, 'Base.v1_10_3.Accepted'])
    expect((await bmc.get(`${BIOS}/SD`)).body.Attributes).toEqual({ QuietBoot_0027: false, [name]: 'Enabled' })
    expect((await bmc.patch(`${BIOS}/SD`, { Attributes: { QuietBoot_0027: true } })).status).toBe(202)
    expect([...lab.machine.bios.pending]).toEqual([
      ['Advanced > PCIe/PCI/PnP Configuration > SR-IOV Support', 'Enabled'],
    ])
    lab.machine.powerOn()
    await lab.clock.advance(600_000)
    expect((await (await enter(lab)).get(BIOS)).body.Attributes[name]).toBe('Enabled')
  })

  it('refuses what it does not know when it is sent, and stages nothing of it', async () => {
    await using lab = await start()
    const bmc = await enter(lab)
    for (const [body, id] of [
      [{ Attributes: { Nonsense: 'x' } }, 'PropertyUnknown'],
      [{ Attributes: { ConsoleRedirection: true } }, 'PropertyUnknown'],
      [{ Attributes: { QuietBoot: 'Checked' } }, 'PropertyValueTypeError'],
      [{ Attributes: { BootModeSelect: 'x' } }, 'PropertyUnknown'],
      [{ Attributes: { Bootmodeselect: 'UEFI', QuietBoot: false, PatrolScrubInterval: 25 } }, 'PropertyValueNotInList'],
      [{ Attributes: { PatrolScrubInterval: 25 } }, 'PropertyValueNotInList'],
      [{ Attributes: { QuietBoot: false }, '@Redfish.SettingsApplyTime': { ApplyTime: 'OnReset' } }, 'PropertyUnknown'],
      [{}, 'PropertyMissing'],
    ] as const) {
      const refused = await bmc.patch(`${BIOS}/SD`, body)
      expect([refused.status, messageId(refused)]).toEqual([400, `Base.v1_10_3.${id}`])
    }
    expect(lab.machine.bios.pending.size).toBe(0)
    const stale = await bmc.patch(`${BIOS}/SD`, { Attributes: { QuietBoot: false } }, { 'If-Match': '"stale"' })
    expect(stale.status).toBe(412)
  })

  it('keeps its registry outside /redfish/v1, with codes where others have words', async () => {
    await using lab = await start()
    const bmc = await enter(lab)
    const pointer = (await bmc.get('/redfish/v1/Registries/BiosAttributeRegistry.v1_0_0')).body
    const { RegistryEntries: entries } = (await bmc.get(pointer.Location[0].Uri)).body
    expect(pointer.Location[0].Uri).toBe('/registries/BiosAttributeRegistry.1.0.0.json')
    const hyperThreading = entries.Attributes.find(({ DisplayName: name }: { DisplayName: string }) =>
      name.startsWith('Hyper-Threading'),
    )
    expect(hyperThreading).toMatchObject({
      CurrentValue: 'Enable',
      Value: [
        { ValueDisplayName: 'Disable', ValueName: '1' },
        { ValueDisplayName: 'Enable', ValueName: '0' },
      ],
      MenuPath: './Advanced/CPU Configuration',
    })
  })
})
