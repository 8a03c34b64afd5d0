/** A MAAS user with one API key, as the region holds it. */
export interface Account {
  readonly name: string
  readonly email: string
  readonly admin: boolean
  readonly key: ApiKey
  /** Public keys as `account/prefs/sshkeys/` lists them. */
  readonly sshKeys: SshKey[]
}

/** The three parts of `consumer:token:secret`. The consumer's own secret is empty. */
export interface ApiKey {
  readonly consumer: string
  readonly token: string
  readonly secret: string
}

/** One SSH key of a user. */
export interface SshKey {
  readonly id: number
  readonly key: string
  readonly keysource: null
}

/** The API key as MAAS shows it to its user. */
export function apiKeyText(key: ApiKey): string {
  return `${key.consumer}:${key.token}:${key.secret}`
}

/** The user's record (MAAS 3.3 recorded: GET users/?op=whoami). */
export function userRecord(user: Account): Readonly<Record<string, unknown>> {
  return {
    is_superuser: user.admin,
    username: user.name,
    email: user.email,
    is_local: true,
    resource_uri: `/MAAS/api/2.0/users/${user.name}/`,
  }
}
