import type { BmcUserSeen } from '../../boarding/seen.ts'
import { HwError } from '../../errors.ts'
import type { BmcUserWish } from '../../devices/bmc-settings.ts'
import { at, type OpenBmc } from './redfish-settings.ts'

/** Role ids of DSP0266, the same on all three vendors' BMCs. */
const ROLES: Readonly<Record<BmcUserWish['privilege'], string>> = {
  administrator: 'Administrator',
  operator: 'Operator',
  'read-only': 'ReadOnly',
}

interface Account extends BmcUserSeen {
  readonly path: string
}

/** The users of a BMC; empty slots are none. */
export async function readUsers(bmc: OpenBmc): Promise<readonly BmcUserSeen[]> {
  const accounts = await readAccounts(bmc)
  return accounts
    .filter(({ name }) => name !== '')
    .map(({ name, enabled, privilege }) => ({ name, enabled, privilege }))
}

/**
 * Creates a user, or gives one of that name its privilege and password. HPE and Supermicro make one by a POST to the collection (HPE's
 * example add_user_account, Supermicro's Redfish guide); an iDRAC has 16 fixed slots, of which an empty one is filled by PATCH
 * (Dell's CreateIdracUserREDFISH); slot 1 is reserved.
 *
 * @throws HwError `bmc.no-free-user`, and what the BMC refuses with
 */
export async function ensureUser(
  bmc: OpenBmc,
  { name, privilege }: Pick<BmcUserWish, 'name' | 'privilege'>,
  password: string,
): Promise<void> {
  const { client, vendor, signal } = bmc
  const accounts = await readAccounts(bmc)
  const wanted = { Password: password, RoleId: ROLES[privilege], Enabled: true }
  const known = accounts.find((account) => account.name === name)
  if (known !== undefined) {
    // iLO has no switch of that name on older firmware, and refuses what it does not know.
    const { Enabled: _, ...changes } = wanted
    await client.change('PATCH', known.path, known.enabled ? changes : wanted, { signal })
    return
  }
  if (vendor === 'dell') {
    const free = accounts.find((account) => account.name === '' && !/\/1\/?$/.test(account.path))
    if (free === undefined) throw noFreeUser(accounts.length)
    await client.change('PATCH', free.path, { UserName: name, ...wanted }, { signal })
    return
  }
  const { Password, RoleId } = wanted
  const body =
    vendor === 'hpe'
      ? { UserName: name, Password, RoleId, Oem: { Hpe: { LoginName: name } } }
      : { UserName: name, ...wanted }
  await client.change('POST', await collectionOf(bmc), body, { signal })
}

async function readAccounts(bmc: OpenBmc): Promise<readonly Account[]> {
  const { client, signal } = bmc
  const accounts: Account[] = []
  for (const path of await client.members(await collectionOf(bmc), { signal })) {
    const body = await client.resource(path, { signal })
    const { UserName: name, Enabled: enabled, RoleId: role } = body
    accounts.push({
      path,
      name: typeof name === 'string' ? name : '',
      // A BMC that does not say has no way to switch one off.
      enabled: enabled !== false,
      privilege: ourPrivilege(role),
    })
  }
  return accounts
}

async function collectionOf({ client, signal }: OpenBmc): Promise<string> {
  const { accountService } = await client.links({ signal })
  const link = at(await client.resource(accountService, { signal }), ['Accounts', '@odata.id'])
  return typeof link === 'string' ? link : `${accountService.replace(/\/$/, '')}/Accounts`
}

function ourPrivilege(role: unknown): string {
  const ours = Object.entries(ROLES).find(([, id]) => id === role)?.[0]
  return ours ?? (typeof role === 'string' && role !== '' ? role.slice(0, 40) : 'none')
}

function noFreeUser(slots: number): HwError {
  return new HwError({
    code: 'bmc.no-free-user',
    kind: 'conflict',
    message: `All ${slots} user slots of the BMC are taken.`,
    hint: 'Remove a user that nobody needs from the BMC.',
  })
}
