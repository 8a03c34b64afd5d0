import type { Answer } from '../../../call.ts'
import type { BmcUser, Machine } from '../../../world/machine.ts'
import type { RedfishReply } from '../reply.ts'
import type { Resource } from '../resource.ts'
import { collection, tagged } from './body.ts'
import { base, fault, missing, success } from './message.ts'

const ACCOUNTS = '/redfish/v1/AccountService/Accounts'
const ROLES: readonly BmcUser['privilege'][] = ['Administrator', 'Operator', 'ReadOnly']
/** BMC user's guide; the last two of the sixteen IPMI slots and the first are not for people. */
const LENGTHS = { least: 8, most: 20 }

/** Users by POST, PATCH and DELETE (Supermicro Redfish reference guide). Ids are the IPMI slots; ADMIN has the second. */
export function accountResources({ bmc }: Machine): readonly Resource[] {
  const byId = (id: string) => bmc.users.find((user) => String(user.id) === id)
  return [
    {
      path: '/redfish/v1/AccountService',
      GET: () =>
        tagged({
          '@odata.type': '#AccountService.v1_7_2.AccountService',
          '@odata.id': '/redfish/v1/AccountService',
          Id: 'AccountService',
          Name: 'Account Service',
          MinPasswordLength: LENGTHS.least,
          MaxPasswordLength: LENGTHS.most,
          Accounts: { '@odata.id': ACCOUNTS },
        }),
    },
    {
      path: ACCOUNTS,
      GET: () =>
        collection(
          ACCOUNTS,
          'ManagerAccount',
          'Accounts Collection',
          bmc.users.map(({ id }) => String(id)),
        ),
      POST: ({ body }) => addUser(bmc.users, body),
    },
    {
      path: `${ACCOUNTS}/{id}`,
      GET: ({ id }) => {
        const user = byId(id)
        return user && accountBody(user)
      },
      PATCH: ({ id, body }) => {
        const user = byId(id)
        return user === undefined ? { reply: missing } : changeUser(user, body)
      },
    },
  ]
}

function accountBody({ id, name, privilege, enabled }: BmcUser): unknown {
  return tagged({
    '@odata.type': '#ManagerAccount.v1_6_2.ManagerAccount',
    '@odata.id': `${ACCOUNTS}/${id}`,
    Id: String(id),
    Name: 'User Account',
    Enabled: enabled,
    Password: null,
    UserName: name,
    RoleId: privilege,
    Locked: false,
  })
}

/** That a name that is there already, and a wrong length, get just these messages is assumed, as is the 201. */
function addUser(users: BmcUser[], body: Readonly<Record<string, unknown>>): Answer<RedfishReply> {
  const { UserName: name, ...rest } = body
  if (typeof name !== 'string') return { reply: () => fault(400, base.propertyMissing('UserName')) }
  if (!('Password' in rest)) return { reply: () => fault(400, base.propertyMissing('Password')) }
  const refused = faultOf(rest)
  if (refused !== undefined) return { reply: () => refused }
  if (name === '' || name.length > 16 || users.some((user) => user.name === name))
    return { reply: () => fault(400, base.valueNotInList(JSON.stringify(name), 'UserName')) }
  const id = Math.max(1, ...users.map((user) => user.id)) + 1
  const { Password: password, RoleId: role, Enabled: enabled = true } = rest
  const privilege = ROLES.find((known) => known === role) ?? 'ReadOnly'
  return {
    effect: () => void users.push({ id, name, password: String(password), privilege, enabled: enabled === true }),
    reply: () => ({ ...success(), status: 201, headers: { Location: `${ACCOUNTS}/${id}` } }),
  }
}

function changeUser(user: BmcUser, body: Readonly<Record<string, unknown>>): Answer<RedfishReply> {
  const refused = faultOf(body)
  if (refused !== undefined) return { reply: () => refused }
  return {
    effect() {
      if (typeof body['Password'] === 'string') user.password = body['Password']
      user.privilege = ROLES.find((known) => known === body['RoleId']) ?? user.privilege
      if (typeof body['Enabled'] === 'boolean') user.enabled = body['Enabled']
    },
    reply: success,
  }
}

/** A password never comes back in an answer. */
function faultOf(body: Readonly<Record<string, unknown>>): RedfishReply | undefined {
  for (const [name, value] of Object.entries(body)) {
    if (name === 'Password') {
      if (typeof value !== 'string' || value.length < LENGTHS.least || value.length > LENGTHS.most)
        return fault(400, base.valueNotInList('', name))
    } else if (name === 'RoleId') {
      if (!ROLES.some((known) => known === value))
        return fault(400, base.valueNotInList(JSON.stringify(value) ?? 'null', name))
    } else if (name !== 'Enabled') return fault(400, base.propertyUnknown(name))
    else if (typeof value !== 'boolean') return fault(400, base.valueType(JSON.stringify(value) ?? 'null', name))
  }
  return undefined
}
