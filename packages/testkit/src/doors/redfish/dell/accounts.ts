import type { Answer } from '../../../call.ts'
import type { BmcUser, Machine } from '../../../world/machine.ts'
import type { RedfishReply } from '../reply.ts'
import { notInList, readOnlyProperty, success, unknownProperty, wrongType } from './message.ts'
import { ACCOUNTS, collection, link } from './paths.ts'

const SLOTS = Array.from({ length: 16 }, (_, index) => String(index + 1))
const ROLES = ['Administrator', 'Operator', 'ReadOnly'] as const

/** Passwords of at most 40 characters, no lockout of accounts: that is the address's (captured). */
export function accountService(): unknown {
  return {
    '@odata.context': '/redfish/v1/$metadata#AccountService.AccountService',
    '@odata.id': '/redfish/v1/AccountService',
    '@odata.type': '#AccountService.v1_11_0.AccountService',
    Id: 'AccountService',
    Name: 'Account Service',
    ServiceEnabled: true,
    AccountLockoutCounterResetAfter: 0,
    AccountLockoutDuration: 0,
    AccountLockoutThreshold: 0,
    MinPasswordLength: 0,
    MaxPasswordLength: 40,
    Accounts: link(ACCOUNTS),
  }
}

/** Always sixteen. No POST, no DELETE: a user is made by writing an empty slot. */
export function accounts(): unknown {
  return collection(
    'ManagerAccount',
    'Accounts Collection',
    ACCOUNTS,
    SLOTS.map((id) => `${ACCOUNTS}/${id}`),
  )
}

/** An empty slot has no name, the role `None`, and is disabled. */
export function account({ bmc }: Machine, id: string): unknown {
  if (!SLOTS.includes(id)) return undefined
  const user = bmc.users.find((each) => each.id === Number(id))
  return {
    '@odata.context': '/redfish/v1/$metadata#ManagerAccount.ManagerAccount',
    '@odata.id': `${ACCOUNTS}/${id}`,
    '@odata.type': '#ManagerAccount.v1_9_0.ManagerAccount',
    Id: id,
    Name: 'User Account',
    Description: 'User Account',
    UserName: user?.name ?? '',
    Password: null,
    Enabled: user?.enabled ?? false,
    Locked: false,
    RoleId: user?.privilege ?? 'None',
    AccountTypes: ['Redfish', 'SNMP', 'OEM'],
    OEMAccountTypes: ['IPMI', 'SOL', 'WSMAN', 'UI', 'RACADM'],
    Links: { Role: link(`/redfish/v1/AccountService/Roles/${user?.privilege ?? 'None'}`) },
  }
}

/** The first slot is reserved. Assumed: which message refuses a write to it, and a name that another slot has. */
export function changeAccount(
  { bmc }: Machine,
  id: string,
  body: Readonly<Record<string, unknown>>,
): Answer<RedfishReply> {
  const slot = Number(id)
  const found = bmc.users.find((user) => user.id === slot)
  const changes: { -readonly [Key in 'name' | 'password' | 'privilege' | 'enabled']?: BmcUser[Key] } = {}
  for (const [property, value] of Object.entries(body)) {
    if (slot === 1) return { reply: () => readOnlyProperty(property) }
    const refused = take(property, value, changes)
    if (refused !== undefined) return { reply: () => refused }
  }
  const { name } = changes
  if (name !== undefined && name !== '' && bmc.users.some((user) => user.id !== slot && user.name === name))
    return { reply: () => notInList(name, 'UserName') }
  return {
    effect() {
      if (name === '') bmc.users.splice(0, bmc.users.length, ...bmc.users.filter((user) => user.id !== slot))
      else if (found !== undefined) Object.assign(found, changes)
      else if (name !== undefined)
        bmc.users.push({ id: slot, name, password: '', privilege: 'ReadOnly', enabled: false, ...changes })
    },
    reply: success,
  }
}

function take(
  property: string,
  value: unknown,
  changes: { name?: string; password?: string; privilege?: BmcUser['privilege']; enabled?: boolean },
): RedfishReply | undefined {
  if (property === 'Enabled') {
    if (typeof value !== 'boolean') return wrongType(value, property)
    changes.enabled = value
    return undefined
  }
  if (property !== 'UserName' && property !== 'Password' && property !== 'RoleId') return unknownProperty(property)
  if (typeof value !== 'string') return wrongType(property === 'Password' ? '' : value, property)
  if (property === 'Password') {
    if (value.length > 40) return notInList('', property)
    changes.password = value
  } else if (property === 'UserName') {
    if (!/^[^\s"'<>/\\]{0,16}$/.test(value)) return notInList(value, property)
    changes.name = value
  } else {
    const role = ROLES.find((known) => known === value)
    if (role === undefined) return notInList(value, property)
    changes.privilege = role
  }
  return undefined
}
