import { describe, expect, it } from 'vitest'
import { messageIds, startIdrac } from './idrac.ts'

const SYSTEM = '/redfish/v1/Systems/System.Embedded.1'
const MANAGER = '/redfish/v1/Managers/iDRAC.Embedded.1'
const ATTRIBUTES = `${MANAGER}/Oem/Dell/DellAttributes/iDRAC.Embedded.1`
const ACCOUNTS = '/redfish/v1/AccountService/Accounts'
const SESSIONS = '/redfish/v1/SessionService/Sessions'

describe('an iDRAC9', () => {
  it('tells its service tag and no UUID before any log-in, and nothing else', async () => {
    await using lab = await startIdrac()
    const root = await lab.client().get('/redfish/v1')
    expect(root.body).toMatchObject({ Vendor: 'Dell', Oem: { Dell: { ServiceTag: lab.machine.serial } } })
    expect(root.body.UUID).toBeUndefined()
    const closed = await lab.client().get(SYSTEM)
    expect([closed.status, closed.headers['www-authenticate'], messageIds(closed)]).toEqual([
      401,
      'Basic realm="RedfishService"',
      ['Base.1.12.AccessDenied'],
    ])
  })

  it('has the service tag as SKU, as long as a service tag is, and its UUID in two byte orders', async () => {
    await using lab = await startIdrac()
    const system = await lab.get(SYSTEM)
    expect(system).toMatchObject({ Manufacturer: 'Dell Inc.', Model: 'PowerEdge R650', SKU: lab.machine.serial })
    expect(system.SKU).toMatch(/^[A-Z0-9]{7}$/)
    expect(system.SerialNumber).not.toBe(system.SKU)
    expect(system.UUID).toMatch(/^4c4c4544-/)
    expect((await lab.get(MANAGER)).UUID).toMatch(/4c4c4544$/)
  })

  it('names the last segment of what is missing, twice, and lists what it allows', async () => {
    await using lab = await startIdrac()
    const answer = await lab.ask('/redfish/v1/Systems/1')
    expect([answer.status, messageIds(answer)]).toEqual([404, ['IDRAC.2.8.SYS403', 'Base.1.12.ResourceMissingAtURI']])
    expect(answer.body.error['@Message.ExtendedInfo'][0].MessageArgs).toEqual(['1'])
    // Letter case matters here.
    expect((await lab.ask(SYSTEM.toLowerCase())).status).toBe(404)
    const wrong = await lab.send('POST', ACCOUNTS, { UserName: 'ada' })
    expect([wrong.status, wrong.headers.allow]).toEqual([405, 'GET, HEAD'])
    const form = await lab
      .client()
      .call('PATCH', ATTRIBUTES, { headers: { ...lab.headers, 'Content-Type': 'text/plain' }, body: 'x' })
    expect(form.status).toBe(415)
    expect(Array.isArray(form.body.error['@Message.ExtendedInfo'])).toBe(false)
    const broken = await lab.send('PATCH', ATTRIBUTES, '{')
    expect([broken.status, messageIds(broken)]).toEqual([400, ['IDRAC.2.8.SYS405', 'Base.1.12.MalformedJSON']])
  })

  it('takes power orders with 204, and refuses one that is carried out already', async () => {
    await using lab = await startIdrac()
    const reset = (ResetType: string) => lab.send('POST', `${SYSTEM}/Actions/ComputerSystem.Reset`, { ResetType })
    const off = await reset('ForceOff')
    expect([off.status, messageIds(off)]).toEqual([409, ['IDRAC.2.8.PSU502']])
    expect((await reset('On')).status).toBe(204)
    await lab.clock.advance(1_200_000)
    const on = await reset('On')
    expect([on.status, messageIds(on)]).toEqual([409, ['IDRAC.2.8.PSU501']])
    expect((await reset('ForceOn')).status).toBe(400)
    expect((await reset('PowerCycle')).status).toBe(204)
    const other = await lab.send('POST', `${MANAGER}/Actions/Manager.Reset`, { ResetType: 'ForceRestart' })
    expect(other.status).toBe(400)
  })

  it('opens eight sessions, and blocks the address for a minute after three wrong passwords in one', async () => {
    await using lab = await startIdrac()
    const logIn = (Password: string) => lab.client().call('POST', SESSIONS, { body: { UserName: 'root', Password } })
    for (let count = 1; count <= 8; count += 1) {
      const answer = await logIn(lab.password)
      expect([answer.status, answer.headers.location]).toEqual([201, `${SESSIONS}/${count}`])
      expect(answer.headers['x-auth-token']).toMatch(/^[0-9a-f]{32}$/)
    }
    const ninth = await logIn(lab.password)
    expect([ninth.status, messageIds(ninth)]).toEqual([503, ['IDRAC.2.8.RAC0218']])
    for (let count = 1; count <= 3; count += 1) expect((await logIn('wrong')).status).toBe(401)
    expect((await lab.ask(SYSTEM)).status).toBe(401)
    await lab.clock.advance(60_000)
    expect((await lab.ask(SYSTEM)).status).toBe(200)
    // Two now, one a minute later: never three in a minute.
    await logIn('wrong')
    await logIn('wrong')
    await lab.clock.advance(60_001)
    await logIn('wrong')
    expect((await lab.ask(SYSTEM)).status).toBe(200)
  })

  it('sets its address by attributes, at once, and has no DHCPv4 to set it by', async () => {
    await using lab = await startIdrac()
    const nic = await lab.get(`${MANAGER}/EthernetInterfaces/NIC.1`)
    expect(nic).not.toHaveProperty('DHCPv4')
    const refused = await lab.send('PATCH', `${MANAGER}/EthernetInterfaces/NIC.1`, { DHCPv4: { DHCPEnabled: false } })
    expect([refused.status, messageIds(refused)[1]]).toEqual([400, 'Base.1.12.PropertyUnknown'])
    const set = (Attributes: unknown) => lab.send('PATCH', ATTRIBUTES, { Attributes })
    expect((await set({ 'IPv4Static.1.Address': '192.168.1.7' })).status).toBe(200)
    expect(lab.machine.bmc.network).toMatchObject({ source: 'DHCP', address: '192.168.2.10' })
    // An address in the same request as the switch is lost.
    await set({ 'IPv4.1.DHCPEnable': 'Disabled', 'IPv4.1.Address': '192.168.1.8' })
    await lab.clock.advance(1_000)
    expect(lab.machine.bmc.network).toMatchObject({ source: 'Static', address: '192.168.1.7' })
    expect((await lab.get(ATTRIBUTES)).Attributes['CurrentIPv4.1.Address']).toBe('192.168.1.7')
  })

  it('refuses attributes it does not have, takes none of a request with a wrong one, and never tells a password', async () => {
    await using lab = await startIdrac()
    const set = (Attributes: unknown) => lab.send('PATCH', ATTRIBUTES, { Attributes })
    expect(messageIds(await set({ 'Nope.1.Nope': 'x' }))).toEqual(['IDRAC.2.8.SYS429', 'Base.1.12.PropertyUnknown'])
    expect(messageIds(await set({ 'Info.1.Version': '1' }))[0]).toBe('IDRAC.2.8.SYS427')
    expect(messageIds(await set({ 'SSH.1.Enable': 'Disabled', 'IPMILan.1.Enable': 'off' }))[0]).toBe('IDRAC.2.8.SYS426')
    const { Attributes: attributes } = await lab.get(ATTRIBUTES)
    expect(attributes).toMatchObject({
      'SSH.1.Enable': 'Enabled',
      'Users.2.UserName': 'root',
      'Users.2.Password': null,
    })
    expect(JSON.stringify(attributes)).not.toContain(lab.password)
    await set({ 'IPMILan.1.Enable': 'Disabled' })
    expect((await lab.get(`${MANAGER}/NetworkProtocol`)).IPMI).toEqual({ ProtocolEnabled: false })
    expect(lab.machine.bmc.settings.ipmiOverLan).toBe(false)
  })

  it('makes a user by writing one of sixteen slots, and never the first', async () => {
    await using lab = await startIdrac()
    expect((await lab.get(ACCOUNTS)).Members).toHaveLength(16)
    const user = { UserName: 'ada', Password: 'Correct-Horse-1', RoleId: 'Operator', Enabled: true }
    expect((await lab.send('PATCH', `${ACCOUNTS}/1`, user)).status).toBe(400)
    expect((await lab.send('PATCH', `${ACCOUNTS}/5`, user)).status).toBe(200)
    expect(await lab.get(`${ACCOUNTS}/5`)).toMatchObject({
      UserName: 'ada',
      RoleId: 'Operator',
      Enabled: true,
      Password: null,
    })
    const theirs = { Authorization: `Basic ${Buffer.from('ada:Correct-Horse-1').toString('base64')}` }
    expect((await lab.client().call('GET', SYSTEM, { headers: theirs })).status).toBe(200)
    expect((await lab.send('PATCH', `${ACCOUNTS}/6`, user)).status).toBe(400)
    expect((await lab.send('PATCH', ATTRIBUTES, { Attributes: { 'Users.5.UserName': '' } })).status).toBe(200)
    expect(await lab.get(`${ACCOUNTS}/5`)).toMatchObject({ UserName: '', RoleId: 'None', Enabled: false })
    expect((await lab.ask(`${ACCOUNTS}/17`)).status).toBe(404)
  })
})
