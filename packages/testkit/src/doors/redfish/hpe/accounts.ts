import type { Answer } from '../../../call.ts'
import type { BmcUser, Machine } from '../../../world/machine.ts'
import type { RedfishReply } from '../reply.ts'
import type { Resource } from '../resource.ts'
import { wrongType } from './manager-settings.ts'
import { envelope, missing, success } from './message.ts'

const ACCOUNTS = '/redfish/v1/AccountService/Accounts/'
/** iLO user guide: twelve local users. */
const MOST_USERS = 12
/** `MinPasswordLength` of the AccountService as captured; 39 in the guide. */
const LENGTHS = { least: 8, most: 39 }
const ROLES: readonly BmcUser['privilege'][] = ['Administrator', 'Operator', 'ReadOnly']

/** The account service of an iLO: POST makes a user, PATCH changes one, DELETE removes it (iLO RESTful API, managing users). */
export function accountResources(machine: Machine): readonly Resource[] {
  const { bmc } = machine
  const byId = (id: string) => bmc.users.find((user) => String(user.id) === id)
  return [
    {
      path: '/redfish/v1/AccountService',
      GET: () => ({
        '@odata.id': '/redfish/v1/AccountService/',
        '@odata.type': '#AccountService.v1_5_0.AccountService',
        Id: 'AccountService',
        Name: 'Account Service',
        Accounts: { '@odata.id': ACCOUNTS },
        Oem: { Hpe: { MinPasswordLength: LENGTHS.least } },
      }),
    },
    {
      path: ACCOUNTS.slice(0, -1),
      GET: () => ({
        '@odata.id': ACCOUNTS,
        '@odata.type': '#ManagerAccountCollection.ManagerAccountCollection',
        Name: 'Accounts',
        Description: 'iLO User Accounts',
        // Not in numeric order, as captured.
        Members: bmc.users.toReversed().map(({ id }) => ({ '@odata.id': `${ACCOUNTS}${id}/` })),
        'Members@odata.count': bmc.users.length,
      }),
      POST: ({ body }) => addUser(machine, body),
    },
    {
      path: `${ACCOUNTS}{id}`,
      GET: ({ id }) => {
        const user = byId(id)
        return user && accountBody(user)
      },
      PATCH: ({ id, body }) => {
        const user = byId(id)
        return user === undefined ? { reply: () => missing(`${ACCOUNTS}${id}/`) } : changeUser(user, body)
      },
      DELETE: ({ id }) => {
        const user = byId(id)
        if (user === undefined) return { reply: () => missing(`${ACCOUNTS}${id}/`) }
        return { effect: () => void bmc.users.splice(bmc.users.indexOf(user), 1), reply: success }
      },
    },
  ]
}

function accountBody({ id, name, privilege }: BmcUser): unknown {
  return {
    '@odata.id': `${ACCOUNTS}${id}/`,
    '@odata.type': '#ManagerAccount.v1_3_0.ManagerAccount',
    Id: String(id),
    Name: 'User Account',
    Description: 'iLO User Account',
    UserName: name,
    Password: null,
    RoleId: privilege,
    Oem: { Hpe: { LoginName: name, ServiceAccount: false } },
  }
}

/** The words and statuses of what it refuses are assumed, as is the 201 of what it takes. */
function addUser({ bmc }: Machine, body: Readonly<Record<string, unknown>>): Answer<RedfishReply> {
  const { UserName: name, Password: password, RoleId: role = 'ReadOnly' } = body
  if (typeof name !== 'string' || name === '')
    return { reply: () => envelope(400, 'Base.1.12.PropertyMissing', 'UserName') }
  if (password === undefined) return { reply: () => envelope(400, 'Base.1.12.PropertyMissing', 'Password') }
  const refused = fault({ password, role })
  if (refused !== undefined) return { reply: () => refused }
  if (typeof password !== 'string') return { reply: () => wrongType(['Password', password]) }
  if (bmc.users.some((user) => user.name === name))
    return { reply: () => envelope(400, 'iLO.2.15.UserAlreadyExist', name) }
  if (bmc.users.length >= MOST_USERS) return { reply: () => envelope(400, 'iLO.2.15.MaxUsersReached') }
  const id = Math.max(0, ...bmc.users.map((user) => user.id)) + 1
  const privilege = ROLES.find((known) => known === role) ?? 'ReadOnly'
  return {
    effect: () => void bmc.users.push({ id, name, password, privilege, enabled: true }),
    reply: () => ({ ...envelope(201, 'iLO.2.15.AccountCreated'), headers: { Location: `${ACCOUNTS}${id}/` } }),
  }
}

function changeUser(user: BmcUser, body: Readonly<Record<string, unknown>>): Answer<RedfishReply> {
  const { Password: password, RoleId: role, ...others } = body
  const unknown = Object.keys(others)[0]
  if (unknown !== undefined) return { reply: () => envelope(400, 'iLO.2.15.PropertyNotWritableOrUnknown', unknown) }
  const refused = fault({ password, role })
  if (refused !== undefined) return { reply: () => refused }
  return {
    effect: () => {
      if (typeof password === 'string') user.password = password
      user.privilege = ROLES.find((known) => known === role) ?? user.privilege
    },
    reply: () => envelope(200, 'iLO.2.15.AccountModified'),
  }
}

function fault({ password, role }: { password: unknown; role: unknown }): RedfishReply | undefined {
  if (password !== undefined && typeof password !== 'string') return wrongType(['Password', password])
  if (password !== undefined && (password.length < LENGTHS.least || password.length > LENGTHS.most))
    return envelope(400, 'iLO.2.15.InvalidPasswordLength', String(LENGTHS.least), String(LENGTHS.most))
  const known = role === undefined || ROLES.some((one) => one === role)
  return known ? undefined : envelope(400, 'Base.1.12.PropertyValueNotInList', JSON.stringify(role) ?? 'null', 'RoleId')
}
