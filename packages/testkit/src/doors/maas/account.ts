import { one } from './fields.ts'
import { deleted, formErrors, json, notFound } from './reply.ts'
import { userRecord } from './users.ts'
import type { Fields } from './fields.ts'
import type { Region } from './region.ts'
import type { Reply } from './reply.ts'
import type { Account } from './users.ts'

const PUBLIC_KEY = /^(ssh-(ed25519|rsa)|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]+=*( .*)?$/

/** GET `users/?op=whoami`. */
export function whoami(user: Account): Reply {
  return json(userRecord(user))
}

/** GET `users/`. */
export function listUsers(region: Region): Reply {
  return json([...region.users.values()].map(userRecord))
}

/** GET `users/{name}/`. */
export function readUser(region: Region, name: string): Reply {
  const user = region.users.get(name)
  return user ? json(userRecord(user)) : notFound('User')
}

/** GET `account/prefs/sshkeys/`. */
export function listSshKeys(user: Account): Reply {
  return json(user.sshKeys)
}

/** POST `account/prefs/sshkeys/`: **201**, unlike every other create (MAAS 3.3 recorded). The text for a bad key is assumed. */
export function addSshKey(region: Region, user: Account, form: Fields): Reply {
  const key = one(form, 'key')?.trim() ?? ''
  if (key === '') return formErrors({ key: ['This field is required.'] })
  if (!PUBLIC_KEY.test(key)) return formErrors({ key: ['Invalid OpenSSH public key.'] })
  const account = region.users.get(user.name)
  if (!account) return notFound('User')
  if (account.sshKeys.some((entry) => entry.key === key)) {
    return formErrors({ __all__: ['This key has already been added for this user.'] })
  }
  region.ids.sshKey += 1
  const entry = { key, keysource: null, id: region.ids.sshKey }
  account.sshKeys.push(entry)
  return json(entry, 201)
}

/** DELETE `account/prefs/sshkeys/{id}/`. */
export function deleteSshKey(region: Region, user: Account, id: string): Reply {
  const keys = region.users.get(user.name)?.sshKeys
  const index = keys?.findIndex((entry) => String(entry.id) === id) ?? -1
  if (!keys || index < 0) return notFound('SSHKey')
  keys.splice(index, 1)
  return deleted()
}
