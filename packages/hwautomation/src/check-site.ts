import { createHash } from 'node:crypto'
import { access, constants, mkdir, readFile } from 'node:fs/promises'
import { systemClock, type Clock } from './clock.ts'
import type { Config } from './config.ts'
import type { DeviceCatalogue } from './devices/catalogue.ts'
import { isHwError } from './errors.ts'
import type { MaasClient } from './maas/maas-client.ts'
import { publicKeyOf } from './ssh/public-key.ts'

/** One thing looked at. `warn` lets runs work, but something will be missed. */
export interface CheckResult {
  readonly name: string
  readonly status: 'ok' | 'warn' | 'fail'
  readonly detail: string
  readonly hint?: string
}

interface Site {
  readonly config: Config
  readonly maas: MaasClient
  readonly devices: DeviceCatalogue
  readonly clock: Clock
}

/** MAAS refuses requests whose time stamp is 300 s old (MAAS 3.3: `Expired timestamp`). */
const SKEW_LIMIT_S = 300

/** Looks at MAAS, key, SSH key, tools, state directory, clocks and device types; every finding is reported, none hides another. */
export async function checkSite(site: Site, signal: AbortSignal): Promise<readonly CheckResult[]> {
  const looks: readonly [string, (site: Site, signal: AbortSignal) => Promise<Finding>][] = [
    ['MAAS answers', maasAnswers],
    ['clocks agree', clocksAgree],
    ['the key is an administrator’s', keyIsAdmin],
    ['our SSH key is registered', sshKeyIsRegistered],
    ['tools', tools],
    ['state directory', stateDirectory],
    ['device types', deviceTypes],
  ]
  const results: CheckResult[] = []
  for (const [name, look] of looks) {
    signal.throwIfAborted()
    results.push({ name, ...(await look(site, signal).catch((error: unknown) => failed(error, signal))) })
  }
  return results
}

type Finding = Omit<CheckResult, 'name'>

function failed(error: unknown, signal: AbortSignal): Finding {
  signal.throwIfAborted()
  const detail = error instanceof Error ? error.message : String(error)
  return { status: 'fail', detail, ...(isHwError(error) && error.hint ? { hint: error.hint } : {}) }
}

async function maasAnswers({ maas, config }: Site, signal: AbortSignal): Promise<Finding> {
  const { version } = await maas.version({ signal, attempts: 1 })
  return { status: 'ok', detail: `${config.maas.url}, version ${version}` }
}

async function clocksAgree({ maas }: Site, signal: AbortSignal): Promise<Finding> {
  // On the wire, so wall time, like the time stamps of our requests.
  const before = systemClock.now()
  const theirs = await maas.serverTime({ signal })
  if (theirs === undefined)
    return { status: 'warn', detail: 'MAAS’s answer has no Date header, so the clocks cannot be compared' }
  const skew = Math.round((theirs - (before + systemClock.now()) / 2) / 1000)
  const detail =
    Math.abs(skew) <= 2
      ? 'no difference worth mentioning'
      : `MAAS’s clock is ${Math.abs(skew)} s ${skew > 0 ? 'ahead' : 'behind'}`
  if (Math.abs(skew) < SKEW_LIMIT_S / 2) return { status: 'ok', detail }
  return {
    status: Math.abs(skew) < SKEW_LIMIT_S ? 'warn' : 'fail',
    detail,
    hint: `Synchronise the clocks (NTP): MAAS refuses requests that are ${SKEW_LIMIT_S} s old.`,
  }
}

async function keyIsAdmin({ maas }: Site, signal: AbortSignal): Promise<Finding> {
  const user = await maas.whoami({ signal, attempts: 1 })
  if (user.is_superuser) return { status: 'ok', detail: `user ${user.username}` }
  return {
    status: 'fail',
    detail: `user ${user.username} is no administrator`,
    hint: 'Make an administrator of its own for hwautomation in MAAS and use its API key: commissioning, rescue mode and tags need it.',
  }
}

async function sshKeyIsRegistered({ maas, config }: Site, signal: AbortSignal): Promise<Finding> {
  const { type, blob } = publicKeyOf(config.ssh.privateKey ?? '', config.ssh.passphrase)
  const keys = await maas.sshKeys({ signal, attempts: 1 })
  const registered = keys.some(({ key }) => key.trim().split(/\s+/)[1] === blob)
  if (registered) return { status: 'ok', detail: `${type} ${blob.slice(-12)}` }
  return {
    status: 'fail',
    detail: `the public half of our SSH key (${type} …${blob.slice(-12)}) is not among the ${keys.length} keys of the MAAS user`,
    hint: 'Add it to the MAAS user whose API key is used (account, SSH keys): MAAS gives the owner’s keys to the machines it boots.',
  }
}

async function tools({ config }: Site): Promise<Finding> {
  const all = Object.entries(config.tools).flatMap(([name, descriptions]) =>
    descriptions.flatMap(({ architecture, files }) =>
      files.map(({ path, sha256 }) => ({ name: `${name} for ${architecture}`, path, sha256 })),
    ),
  )
  if (all.length === 0)
    return {
      status: 'warn',
      detail: 'none described',
      hint: 'Describe ipmitool and the vendor’s own tool (ilorest, sum, saa, racadm) under tools: without them BIOS and BMC are left alone.',
    }
  const faults: string[] = []
  for (const file of all) {
    try {
      const sum = createHash('sha256')
        .update(await readFile(file.path))
        .digest('hex')
      if (sum !== file.sha256) faults.push(`${file.name}: ${file.path} has the SHA-256 ${sum}, not ${file.sha256}`)
    } catch (error) {
      faults.push(`${file.name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  // A tool of several files, or described twice, is still one tool.
  if (faults.length === 0) return { status: 'ok', detail: [...new Set(all.map(({ name }) => name))].join(', ') }
  return {
    status: 'fail',
    detail: faults.join('; '),
    hint: 'Get the files again from where they come from, then correct path or checksum in the configuration.',
  }
}

async function stateDirectory({ config }: Site): Promise<Finding> {
  const directory = config.stateDir
  if (directory === undefined)
    return {
      status: 'warn',
      detail: 'none: runs are kept in memory only',
      hint: 'Set stateDir, so that runs are not lost with the process.',
    }
  await mkdir(directory, { recursive: true, mode: 0o700 })
  await access(directory, constants.R_OK | constants.W_OK | constants.X_OK)
  return { status: 'ok', detail: directory }
}

async function deviceTypes({ devices, config }: Site): Promise<Finding> {
  const detail = typesInShort(devices)
  const missing = devices.names().flatMap((name) =>
    devices
      .get(name)
      .ipmi.users.filter(({ passwordSecret }) => !Object.hasOwn(config.bmc.secrets, passwordSecret))
      .map((user) => `${name} gives BMCs the user ${user.name} with the secret ${user.passwordSecret}`),
  )
  if (missing.length === 0) return { status: 'ok', detail }
  return {
    status: 'warn',
    detail: `${detail}; ${missing.join('; ')}, which bmc.secrets does not have`,
    hint: 'Add it to bmc.secrets of the configuration: a run with that type is refused before it touches the machine.',
  }
}

/** `48 (37 supermicro, 7 hpe, 4 dell)`: their names would fill a page. */
function typesInShort(devices: DeviceCatalogue): string {
  const vendors = devices.names().map((name) => devices.get(name).vendor)
  const counts = new Map<string, number>()
  for (const vendor of vendors) counts.set(vendor, (counts.get(vendor) ?? 0) + 1)
  const each = [...counts].toSorted(([, a], [, b]) => b - a).map(([vendor, count]) => `${count} ${vendor}`)
  return `${vendors.length} (${each.join(', ')})`
}
