import { describe, expect, it } from 'vitest'
import { messageId, startNetwork } from '../../bmc-network.ts'

const ACCOUNTS = '/redfish/v1/AccountService/Accounts'
const MANAGER = '/redfish/v1/Managers/1'
const KCS = `${MANAGER}/Oem/Supermicro/KCSInterface`

async function bmcOf(model: string) {
  const lab = await startNetwork([{ hostname: 'srv001', model }])
  const { name, password } = lab.machine.bmc.users[0]!
  const headers = { Authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}` }
  const bmc = lab.ilo()
  return {
    machine: lab.machine,
    call: (method: string, path: string, body?: unknown) =>
      bmc.call(method, path, { headers, ...(body === undefined ? {} : { body }) }),
    [Symbol.asyncDispose]: () => lab[Symbol.asyncDispose](),
  }
}

describe('an iLO', () => {
  it('shows and changes who may do what from its host, and refuses what it does not know', async () => {
    await using ilo = await bmcOf('hpe-rl300')
    expect((await ilo.call('GET', MANAGER)).body).toMatchObject({
      Oem: { Hpe: { RequireHostAuthentication: false, License: { LicenseString: 'iLO Advanced' } } },
    })
    const patch = (body: unknown) => ilo.call('PATCH', MANAGER, body)
    expect(messageId(await patch({ Oem: { Hpe: { RequireHostAuthentication: 'yes' } } }))).toBe(
      'Base.1.12.PropertyValueTypeError',
    )
    const refused = await patch({ Oem: { Hpe: { RequireHostAuthentication: true, Nonsense: true } } })
    expect([refused.status, messageId(refused)]).toEqual([400, 'iLO.2.15.PropertyNotWritableOrUnknown'])
    expect(ilo.machine.bmc.settings.requireHostAuthentication).toBe(false)
    expect((await patch({ Oem: { Hpe: { RequireHostAuthentication: true } } })).status).toBe(200)
    expect(ilo.machine.bmc.settings.requireHostAuthentication).toBe(true)
    await ilo.call('PATCH', `${MANAGER}/NetworkProtocol`, { IPMI: { ProtocolEnabled: false } })
    expect((await ilo.call('GET', `${MANAGER}/NetworkProtocol`)).body).toMatchObject({
      IPMI: { ProtocolEnabled: false },
    })
  })

  it('makes users with its rules for passwords, and never shows one', async () => {
    await using ilo = await bmcOf('hpe-rl300')
    const user = {
      UserName: 'ops',
      Password: 'Correct-Horse-9',
      RoleId: 'Operator',
      Oem: { Hpe: { LoginName: 'ops' } },
    }
    expect(messageId(await ilo.call('POST', ACCOUNTS, { ...user, Password: 'short' }))).toBe(
      'iLO.2.15.InvalidPasswordLength',
    )
    expect((await ilo.call('POST', ACCOUNTS, user)).status).toBe(201)
    expect(messageId(await ilo.call('POST', ACCOUNTS, user))).toBe('iLO.2.15.UserAlreadyExist')
    const shown = await ilo.call('GET', `${ACCOUNTS}/3`)
    expect(shown.body).toMatchObject({ UserName: 'ops', RoleId: 'Operator', Password: null })
    expect((await ilo.call('PATCH', `${ACCOUNTS}/3`, { RoleId: 'ReadOnly' })).status).toBe(200)
    expect(ilo.machine.bmc.users.find(({ name }) => name === 'ops')).toMatchObject({ privilege: 'ReadOnly' })
    expect((await ilo.call('DELETE', `${ACCOUNTS}/3`)).status).toBe(200)
    expect((await ilo.call('GET', `${ACCOUNTS}/3`)).status).toBe(404)
  })
})

describe('a Supermicro BMC', () => {
  it('has KCS control and a host interface, and takes only the privileges it knows', async () => {
    await using bmc = await bmcOf('supermicro-x11dpt-b')
    const { body } = await bmc.call('GET', MANAGER)
    expect(body).toMatchObject({ Oem: { Supermicro: { KCSInterface: { '@odata.id': KCS } } } })
    expect((await bmc.call('PATCH', KCS, { Privilege: 'Nobody' })).status).toBe(400)
    expect((await bmc.call('PATCH', KCS, { Privilege: 'User' })).status).toBe(200)
    expect((await bmc.call('PATCH', `${MANAGER}/HostInterfaces/1`, { InterfaceEnabled: 'no' })).status).toBe(400)
    await bmc.call('PATCH', `${MANAGER}/HostInterfaces/1`, { InterfaceEnabled: false })
    expect(bmc.machine.bmc.settings).toMatchObject({ kcsPrivilege: 'User', hostInterface: false })
  })

  it('makes users of 8 to 20 characters of password', async () => {
    await using bmc = await bmcOf('supermicro-x11dpt-b')
    const user = { UserName: 'ops', Password: 'Correct-Horse-9', RoleId: 'Operator', Enabled: true }
    expect((await bmc.call('POST', ACCOUNTS, { ...user, Password: 'x'.repeat(21) })).status).toBe(400)
    const made = await bmc.call('POST', ACCOUNTS, user)
    expect([made.status, made.headers.location]).toEqual([201, `${ACCOUNTS}/4`])
    expect((await bmc.call('PATCH', `${ACCOUNTS}/4`, { Enabled: false })).status).toBe(200)
    expect((await bmc.call('GET', `${ACCOUNTS}/4`)).body).toMatchObject({ Enabled: false, RoleId: 'Operator' })
    expect((await bmc.call('PATCH', `${ACCOUNTS}/9`, { Enabled: false })).status).toBe(404)
  })
})
