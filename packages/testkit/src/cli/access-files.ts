import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LabConnection } from '../lab.ts'
import type { SlackWorkspace } from '../slack/workspace.ts'

/** What a client needs, in a folder that only this user can read. */
export interface AccessFiles {
  readonly folder: string
  readonly privateKey: string
  readonly apiKey: string
  /** `maas METHOD PATH [curl options]`: an authorised call, the key kept out of argv. */
  readonly maasScript: string
  /** A ready-made hwautomation.yaml. */
  readonly config: string
  /** Environment of a Slack app in the lab's workspace, if there is one: `KEY=value` lines. */
  readonly slackEnv?: string
  remove(): Promise<void>
}

/** Writes them to a fresh temporary folder. */
export async function writeAccessFiles(connection: LabConnection, slack?: SlackWorkspace): Promise<AccessFiles> {
  const folder = await mkdtemp(join(tmpdir(), 'hwautomation-lab-'))
  const at = (name: string) => join(folder, name)
  const files = {
    folder,
    privateKey: at('id_ed25519'),
    apiKey: at('maas-api-key'),
    maasScript: at('maas'),
    config: at('hwautomation.yaml'),
    ...(slack === undefined ? {} : { slackEnv: at('slack.env') }),
  }
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    await writeFile(files.privateKey, connection.ssh.privateKey.replace(/\n*$/, '\n'), { mode: 0o600 })
    await writeFile(files.apiKey, `${connection.maas.apiKey}\n`, { mode: 0o600 })
    await writeFile(files.maasScript, maasScript(connection.maas.url, files.apiKey), { mode: 0o700 })
    await writeFile(files.config, configText(connection, files), { mode: 0o600 })
    if (slack !== undefined) await writeFile(at('slack.env'), slackEnvironment(slack), { mode: 0o600 })
  } catch (error) {
    await remove()
    throw error
  }
  return { ...files, remove }
}

/** OAuth 1.0 PLAINTEXT with an empty consumer secret, as MAAS wants it; the header goes to curl by a file, not by argv. */
function maasScript(url: string, keyFile: string): string {
  return `#!/bin/sh
# maas METHOD PATH [curl options], e.g.: maas GET machines/   maas POST 'machines/ID/?op=commission' -d enable_ssh=1
set -eu
IFS=: read -r consumer token secret < '${keyFile}'
method=$1; path=$2; shift 2
nonce=$(od -An -N8 -tx1 /dev/urandom | tr -d ' \\n')
printf 'header = "Authorization: OAuth oauth_version=\\\\"1.0\\\\", oauth_signature_method=\\\\"PLAINTEXT\\\\", oauth_consumer_key=\\\\"%s\\\\", oauth_token=\\\\"%s\\\\", oauth_signature=\\\\"%%26%s\\\\", oauth_timestamp=\\\\"%s\\\\", oauth_nonce=\\\\"%s\\\\""\\n' \\
  "$consumer" "$token" "$secret" "$(date +%s)" "$nonce" |
  curl -sS -K - -X "$method" "$@" "${url}/api/2.0/$path"
`
}

function slackEnvironment(slack: SlackWorkspace): string {
  const { botToken, appToken, signingSecret, apiUrl } = slack
  return `# #provisioning is ${slack.channelId('provisioning')}
SLACK_BOT_TOKEN=${botToken}
SLACK_APP_TOKEN=${appToken}
SLACK_SIGNING_SECRET=${signingSecret}
HWA_SLACK_API_URL=${apiUrl}
`
}

/** JSON is YAML: values are quoted as JSON. */
function configText({ maas, ssh, dial, tools }: LabConnection, files: { privateKey: string; apiKey: string }): string {
  return [
    '# How hwautomation reaches this lab. Gone when the lab ends.',
    'maas:',
    `  url: ${JSON.stringify(maas.url)}`,
    `  apiKey: ${JSON.stringify(`\${file:${files.apiKey}}`)}`,
    'ssh:',
    `  username: ${JSON.stringify(ssh.username)}`,
    `  privateKeyFile: ${JSON.stringify(files.privateKey)}`,
    `dial: ${JSON.stringify(dial)}`,
    `tools: ${JSON.stringify(tools)}`,
    '',
  ].join('\n')
}
