import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createLab, type Lab } from '@hwautomation/testkit'
import { createHwAutomation, type HwAutomation } from '../../src/index.ts'
import type { Outputs } from './outputs.ts'
import { formsOf, lockedKeyPair, PASSWORDS, talkativeTools, type Secrets } from './planted-secrets.ts'

const USERS = 'ipmi: { users: [{ name: ops, privilege: operator, passwordSecret: bmc/ops }] }'
const DEVICES = `deviceTypes:
  a1.c5.told:
    extends: a1.c5.large
    description: As a1.c5.large, with a user of ours
    ${USERS}
  supermicro.told:
    description: an X11 SP board with a user of ours
    vendor: supermicro
    match: { manufacturer: Supermicro, boards: [X11DPT-B], architecture: x86_64 }
    bios: { settings: { sr-iov: enabled }, allow: [network-boot-not-first] }
    ${USERS}
  dell.told:
    description: a PowerEdge R650 with a user of ours
    vendor: dell
    match: { manufacturer: Dell Inc., products: [PowerEdge R650], architecture: x86_64 }
    bios: { settings: { sr-iov: enabled } }
    ${USERS}
`

/** A lab with one machine, whose BMC has a user of ours, and a MAAS user whose key is locked by a passphrase. */
export async function plantedLab(
  model: string,
  outputs: Outputs,
): Promise<{ readonly lab: Lab; readonly privateKey: string; readonly secrets: Secrets }> {
  const { privateKey, publicKey } = lockedKeyPair(PASSWORDS['passphrase of the SSH key'])
  const lab = await createLab({
    servers: [{ hostname: 'srv001', model }],
    users: [{ name: 'admin', admin: true, sshKey: publicKey }],
    onProcess: outputs.onProcess,
  })
  lab.server('srv001').machine.bmc.users.push({
    id: 7,
    name: 'provisioner',
    password: PASSWORDS['password of the BMC user'],
    privilege: 'Administrator',
    enabled: true,
  })
  return { lab, privateKey, secrets: secretsOf(lab, privateKey) }
}

function secretsOf(lab: Lab, privateKey: string): Secrets {
  const { maas } = lab.connection()
  const bodyOf = (pem: string) => pem.split('\n').filter((line) => line.length > 20 && !line.startsWith('-----'))
  return {
    ...Object.fromEntries(Object.entries(PASSWORDS).map(([what, password]) => [what, [password]])),
    'API key of MAAS': [maas.apiKey, ...maas.apiKey.split(':')].filter((part) => part !== ''),
    'BMC password that MAAS keeps': [lab.server('srv001').powerParameters()['power_pass'] ?? ''],
    'private key': bodyOf(privateKey),
  }
}

/** The library in that lab, by a configuration that names each secret by reference, as a file must. */
export async function site(
  lab: Lab,
  folder: string,
  parts: { readonly secrets: Secrets; readonly outputs: Outputs; readonly privateKey: string },
): Promise<HwAutomation> {
  const { maas, ssh, dial, tools } = lab.connection()
  mkdirSync(join(folder, 'tools'))
  const words = Object.entries(parts.secrets).flatMap(([what, pieces]) =>
    // A host repeats what it could have seen; keys never get there.
    what === 'private key' ? [] : pieces.flatMap((piece) => formsOf(piece)),
  )
  const proxy = new URL(dial)
  proxy.username = 'lab'
  proxy.password = encodeURIComponent(PASSWORDS['password of the proxy'])
  const vault: Readonly<Record<string, string>> = {
    'maas-key': maas.apiKey,
    'ssh-key': parts.privateKey,
    passphrase: PASSWORDS['passphrase of the SSH key'],
    bmc: PASSWORDS['password of the BMC user'],
    ops: PASSWORDS['password of a named BMC user'],
  }
  writeFileSync(join(folder, 'devices.yaml'), DEVICES)
  const config = {
    maas: { url: maas.url, apiKey: '${secret:maas-key}' },
    ssh: { username: ssh.username, privateKey: '${secret:ssh-key}', passphrase: '${secret:passphrase}' },
    bmc: {
      credentials: { user: 'provisioner', password: '${secret:bmc}' },
      secrets: { 'bmc/ops': '${secret:ops}' },
    },
    tools: talkativeTools(tools, join(folder, 'tools'), lab.server('srv001').machine.model.machine, words),
    devices: { files: ['devices.yaml'] },
    stateDir: 'state',
  }
  writeFileSync(join(folder, 'hwautomation.yaml'), JSON.stringify(config))
  return createHwAutomation({
    config: join(folder, 'hwautomation.yaml'),
    secrets: { get: async (name) => vault[name] ?? '' },
    dial: proxy.href,
    logger: parts.outputs.logger,
    clock: lab.clock,
    env: {},
  })
}

/** Tokens of all Redfish sessions from now on, however short they are. */
export function tokensSeen(lab: Lab): ReadonlySet<string> {
  const seen = new Set<string>()
  for (const { bmc } of lab.world.machines) {
    const open = bmc.sessions.set.bind(bmc.sessions)
    bmc.sessions.set = (id, session) => {
      seen.add(session.token)
      return open(id, session)
    }
  }
  return seen
}
