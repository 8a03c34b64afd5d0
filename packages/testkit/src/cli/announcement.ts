import type { Lab } from '../lab.ts'
import type { SlackWorkspace } from '../slack/workspace.ts'
import type { AccessFiles } from './access-files.ts'
import { serverTable } from './commands.ts'

/** How to reach the lab, for a person: lines to copy and paste. */
export function announce(lab: Lab, files: AccessFiles, speed: number, slack?: SlackWorkspace): string {
  const { maas, dial } = lab.connection()
  const { networks, machines } = lab.world
  const proxy = new URL(dial).host
  const first = machines[0]
  if (first === undefined) return 'The lab is running, without servers. Ctrl-C ends it.'
  const { systemId } = lab.server(first.hostname)
  return `The lab is running: ${machines.length} servers, time × ${speed}. Ctrl-C ends it.

MAAS   ${maas.url}
proxy  ${dial} (CONNECT, into ${networks.host.cidr} and ${networks.bmc.cidr})
files  ${files.folder} (private key, MAAS key, hwautomation.yaml; removed at the end)${slack === undefined ? '' : slackLines(slack, files)}

${serverTable(lab)}

Ask MAAS (the script shows the OAuth header it sends):
  ${files.maasScript} GET machines/
Read a BMC; its credentials are in MAAS:
  curl -k --proxy ${dial} https://${first.bmc.network.address}/redfish/v1/
  ${files.maasScript} GET 'machines/${systemId}/?op=power_parameters'
Boot a server into rescue mode, wait a moment, and log in at the address it got:
  ${files.maasScript} POST 'machines/${systemId}/?op=rescue_mode'
  ssh -i ${files.privateKey} -o UserKnownHostsFile=/dev/null -o StrictHostKeyChecking=no -o ProxyCommand='nc -X connect -x ${proxy} %h %p' ubuntu@10.0.0.50
Point hwautomation at it:
  hwautomation --config ${files.config} …

Type 'help' for what can be made to go wrong.`
}

function slackLines(slack: SlackWorkspace, files: AccessFiles): string {
  return `
Slack  ${slack.pageUrl} (open it in a browser; an app lives in it with ${files.slackEnv ?? ''})`
}

/** The same for a program: one line. Secrets are named by their files. */
export function announceJson(lab: Lab, files: AccessFiles, slack?: SlackWorkspace): string {
  const { maas, ssh, dial } = lab.connection()
  return JSON.stringify({
    maas: { url: maas.url, apiKeyFile: files.apiKey, script: files.maasScript },
    ssh: { username: ssh.username, privateKeyFile: files.privateKey },
    dial,
    config: files.config,
    ...(slack === undefined ? {} : { slack: { page: slack.pageUrl, apiUrl: slack.apiUrl, envFile: files.slackEnv } }),
    servers: lab.world.machines.map(({ hostname, model, bmc }) => ({
      hostname,
      systemId: lab.server(hostname).systemId,
      model: model.id,
      bmcAddress: bmc.network.address,
    })),
  })
}
