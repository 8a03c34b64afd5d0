import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { messageId, startNetwork, tunnel } from '../../bmc-network.ts'
import { connect } from 'node:tls'
import { request } from 'node:https'

const BIOS = '/redfish/v1/systems/1/bios/'
const SETTINGS = '/redfish/v1/systems/1/bios/settings/'

async function startIlo(mode: 'auto' | 'stepped' = 'stepped') {
  const lab = await startNetwork([{ hostname: 'srv001', model: 'hpe-dl360-gen11' }], mode)
  const { name, password } = lab.machine.bmc.users[0]!
  const headers = { Authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}` }
  const ilo = lab.ilo()
  return Object.assign(lab, {
    get: async (path: string) => (await ilo.call('GET', path, { headers })).body,
    patch: (attributes: unknown, more: Record<string, string> = {}) =>
      ilo.call('PATCH', SETTINGS, { headers: { ...headers, ...more }, body: { Attributes: attributes } }),
    send: (method: string, path: string, body: unknown) => ilo.call(method, path, { headers, body }),
    headers,
    async post() {
      if (lab.machine.power === 'off') lab.machine.powerOn()
      else lab.machine.reboot()
      await lab.clock.advance(600_000)
    },
  })
}

describe('BIOS over Redfish', () => {
  it('has all attributes in both resources, and equal tags while nothing is pending', async () => {
    await using lab = await startIlo()
    const [current, settings] = [await lab.get(BIOS), await lab.get(SETTINGS)]
    expect(Object.keys(settings.Attributes).toSorted()).toEqual(Object.keys(current.Attributes).toSorted())
    expect(settings.Attributes).toEqual(current.Attributes)
    expect(current.Oem.Hpe.SettingsObject.UnmodifiedETag).toBe(settings['@odata.etag'])
    expect(settings['@odata.etag']).toMatch(/^W\/"[0-9A-F]{32}"$/)
    expect(current['@Redfish.Settings']).toMatchObject({ SettingsObject: { '@odata.id': SETTINGS }, Time: null })
    expect(current['@Redfish.Settings'].SupportedApplyTimes).toBeUndefined()
    expect(current.AttributeRegistry).toBe('BiosAttributeRegistryU54.v1_1_48')
    expect(settings['@Redfish.Settings']).toBeUndefined()
    for (const value of Object.values(current.Attributes)) expect(['string', 'number']).toContain(typeof value)
  })

  it('takes a change with 200 and SystemResetRequired, shows it pending, and has it in force after POST', async () => {
    await using lab = await startIlo()
    const answer = await lab.patch({ ProcHyperthreading: 'Disabled' })
    expect([answer.status, messageId(answer)]).toEqual([200, 'iLO.2.15.SystemResetRequired'])
    expect((await lab.get(SETTINGS)).Attributes.ProcHyperthreading).toBe('Disabled')
    const before = await lab.get(BIOS)
    expect(before.Attributes.ProcHyperthreading).toBe('Enabled')
    expect(before.Oem.Hpe.SettingsObject.UnmodifiedETag).not.toBe((await lab.get(SETTINGS))['@odata.etag'])

    await lab.post()
    const after = await lab.get(BIOS)
    expect(after.Attributes.ProcHyperthreading).toBe('Disabled')
    expect(after['@Redfish.Settings'].Messages).toEqual([{ MessageId: 'Base.1.0.Success' }])
    expect(after['@Redfish.Settings'].Time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/)
    expect(after.Oem.Hpe.SettingsObject.UnmodifiedETag).toBe((await lab.get(SETTINGS))['@odata.etag'])
  })

  it('takes nonsense with 200 as well; POST tells', async () => {
    await using lab = await startIlo()
    const answer = await lab.patch({ Dhcpv8: 'On', ProcTurbo: 'Disabled' })
    expect([answer.status, messageId(answer)]).toEqual([200, 'iLO.2.15.SystemResetRequired'])
    await lab.post()
    const after = await lab.get(BIOS)
    expect(after['@Redfish.Settings'].Messages).toEqual([
      { MessageId: 'Base.1.0.Success' },
      { MessageArgs: ['Dhcpv8'], MessageId: 'Base.1.0.PropertyUnknown', RelatedProperties: ['#/Dhcpv8'] },
    ])
    expect(after.Attributes.ProcTurbo).toBe('Disabled')
    expect(after.Attributes.Dhcpv8).toBeUndefined()
  })

  it('merges a second change into the first, and forgets one that is taken back', async () => {
    await using lab = await startIlo()
    await lab.patch({ ProcTurbo: 'Disabled' })
    await lab.patch({ Sriov: 'Disabled' })
    expect([...lab.machine.bios.pending]).toEqual([
      ['ProcTurbo', 'Disabled'],
      ['Sriov', 'Disabled'],
    ])
    await lab.patch({ ProcTurbo: 'Enabled' })
    expect([...lab.machine.bios.pending]).toEqual([['Sriov', 'Disabled']])
  })

  it('compares If-Match exactly', async () => {
    await using lab = await startIlo()
    const stale = await lab.patch({ ProcTurbo: 'Disabled' }, { 'If-Match': 'W/"0"' })
    expect(stale.status).toBe(412)
    expect(lab.machine.bios.pending.size).toBe(0)
    expect(
      (await lab.patch({ ProcTurbo: 'Disabled' }, { 'If-Match': (await lab.get(SETTINGS))['@odata.etag'] })).status,
    ).toBe(200)
    expect((await lab.patch({ Sriov: 'Disabled' }, { 'If-Match': '*' })).status).toBe(200)
  })

  it.each([
    [{}, 'Base.1.12.PropertyMissing'],
    [{ Attributes: 'x' }, 'Base.1.12.PropertyMissing'],
    [{ Attributes: {}, '@Redfish.SettingsApplyTime': { ApplyTime: 'OnReset' } }, 'Base.1.12.PropertyUnknown'],
  ])('refuses the body %j', async (body, id) => {
    await using lab = await startIlo()
    const answer = await lab.send('PATCH', SETTINGS, body)
    expect([answer.status, messageId(answer)]).toEqual([400, id])
  })

  it('resets to defaults by its action', async () => {
    await using lab = await startIlo()
    await lab.patch({ ProcTurbo: 'Disabled' })
    await lab.post()
    const target: string = (await lab.get(BIOS)).Actions['#Bios.ResetBios'].target
    expect((await lab.send('POST', target, { ResetType: 'default' })).status).toBe(200)
    await lab.post()
    expect((await lab.get(BIOS)).Attributes.ProcTurbo).toBe('Enabled')
  })

  it('can acknowledge a change and drop it', async () => {
    await using lab = await startIlo()
    lab.faults.once({
      server: 'srv001',
      call: 'redfish PATCH /redfish/v1/systems/1/bios/settings',
      mode: 'ack-no-effect',
    })
    expect((await lab.patch({ ProcTurbo: 'Disabled' })).status).toBe(200)
    await lab.post()
    const after = await lab.get(BIOS)
    expect(after.Attributes.ProcTurbo).toBe('Enabled')
    expect(after['@Redfish.Settings'].Messages).toEqual([{ MessageId: 'Base.1.0.Success' }])
  })

  it('has a registry that says what each attribute takes: compressed, or not at all', async () => {
    await using lab = await startIlo('auto')
    const [member] = (await lab.get('/redfish/v1/Registries/')).Members
    const pointer = await lab.get(member['@odata.id'])
    const path: string = pointer.Location[0].Uri
    expect(path).toBe('/redfish/v1/registrystore/registries/en/biosattributeregistryu54.v1_1_48')
    const raw = await rawGet(lab.port, path, lab.headers)
    expect(raw.encoding).toBe('gzip')
    const registry: { RegistryEntries: { Attributes: { AttributeName: string }[] } } = JSON.parse(
      gunzipSync(raw.bytes).toString(),
    )
    expect(registry.RegistryEntries.Attributes).toContainEqual(
      expect.objectContaining({
        AttributeName: 'ProcTurbo',
        Type: 'Enumeration',
        ReadOnly: false,
        Value: [expect.objectContaining({ ValueName: 'Enabled' }), expect.objectContaining({ ValueName: 'Disabled' })],
      }),
    )
    expect((await rawGet(lab.port, path, { ...lab.headers, 'Accept-Encoding': 'identity' })).status).toBe(406)
    expect(lab.log.calls()).toContain('redfish GET /redfish/v1/registrystore/registries/en/{registry}')
  })
})

async function rawGet(port: number, path: string, headers: Record<string, string>) {
  const { socket } = await tunnel(port, '192.168.2.10:443')
  return new Promise<{ status: number | undefined; encoding: string | undefined; bytes: Buffer }>((resolve, reject) => {
    const secure = connect({ socket, rejectUnauthorized: false })
    request(
      { createConnection: () => secure, host: '192.168.2.10', path, headers: { ...headers, Connection: 'close' } },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () =>
          resolve({
            status: response.statusCode,
            encoding: response.headers['content-encoding'],
            bytes: Buffer.concat(chunks),
          }),
        )
      },
    )
      .on('error', reject)
      .end()
  })
}
