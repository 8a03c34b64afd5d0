import { SiteBmcSettings } from './bmc/settings/site-bmc-settings.ts'
import type { Clock } from './clock.ts'
import type { Config } from './config.ts'
import type { Dial } from './dial.ts'
import { HwError } from './errors.ts'
import { SiteBmcNetwork, type PromisedAddress } from './inband/bmc-network.ts'
import { peekBios } from './inband/bios-over-redfish.ts'
import { IpmitoolLan } from './inband/ipmitool-lan.ts'
import { SshHostShell } from './inband/ssh-host-shell.ts'
import { vendorBios } from './inband/vendor-bios.ts'
import { RunInventory } from './inventory/run-inventory.ts'
import type { ServerInventory } from './inventory/server-inventory.ts'
import type { Logger } from './logger.ts'
import type { MaasClient } from './maas/maas-client.ts'
import { MaasCommissioning } from './maas/maas-commissioning.ts'
import { MaasTags } from './maas/maas-tags.ts'
import { factsOfMachine } from './maas/machine-facts.ts'
import type { MachinePoller } from './maas/machine-poller.ts'
import { Bios, Commissioning, HostShell, KeptBios, Tags } from './provisioning/capabilities.ts'
import { BmcNetwork } from './provisioning/bmc-network.ts'
import { BmcSettings } from './provisioning/bmc-settings.ts'
import { hostLocationSchema, type HostLocation } from './provisioning/host.ts'
import { Inventory } from './provisioning/inventory.ts'
import { storedBios } from './provisioning/kept-bios.ts'
import type { Provisioning } from './provisioning/provisioning.ts'
import type { Redactor } from './redaction.ts'
import type { Capability, CapabilityScope, RunView } from './workflow/context.ts'
import type { WorkflowStore } from './workflow/ports.ts'
import type { WorkflowManager } from './workflow/manager.ts'
import type { WorkflowStatus } from './workflow/status.ts'

/** What all runs share. */
export interface Site {
  readonly config: Config
  readonly maas: MaasClient
  readonly poller: MachinePoller
  readonly manager: WorkflowManager
  readonly store: Pick<WorkflowStore, 'getArtefact'>
  readonly inventory: ServerInventory
  readonly dial: Dial
  readonly clock: Clock
  readonly logger: Logger
  readonly redactor: Redactor
}

/** Wall time of one short command of ours, and of one call of an in-band tool. */
const COMMAND_MS = 60_000
const TOOL_MS = 300_000

/** The capabilities of one run: MAAS for its life cycle, SSH for its host, in-band tools for BIOS and BMC. Made when asked for, closed with the run. */
export function runCapabilities(view: RunView, site: Site): CapabilityScope {
  const { config, maas, poller, manager, dial, clock, logger, redactor } = site
  const request = view.request as Provisioning
  const systemId = view.resource
  const commandMs = config.ssh.timeouts.command ?? COMMAND_MS
  const toolMs = config.ssh.timeouts.tool ?? TOOL_MS
  const shell = new SshHostShell({
    username: config.ssh.username,
    privateKey: config.ssh.privateKey ?? '',
    passphrase: config.ssh.passphrase,
    dial,
    timeouts: sshTimeouts(config),
    commandMs,
    transferMs: toolMs,
    tools: config.tools,
    clock,
    logger,
    redactor,
    recorded: () => recordedHost(view),
  })
  const bmc = new SiteBmcNetwork({
    systemId,
    maas,
    lan: new IpmitoolLan({ shell, channel: request.profile.ipmi.channel, toolMs }),
    dial,
    clock,
    logger,
    redactor,
    credentials: config.bmc.credentials,
    timeouts: { connectMs: config.bmc.timeouts.connect, requestMs: config.bmc.timeouts.request },
    reserved: () => reservedAddresses(manager, view.workflowId),
  })
  const inventory = new RunInventory({ systemId, inventory: site.inventory, shell, commandMs, clock, logger })
  const all = new Map<Capability<unknown>, unknown>([
    [
      Commissioning,
      new MaasCommissioning({
        maas,
        poller,
        clock,
        logger,
        systemId,
        commissioning: config.commissioning,
        onRead: (record) => inventory.sawMaas(() => factsOfMachine(record)),
        isAbandonedRun: async (id) => hasEnded((await manager.get(id))?.status),
      }),
    ],
    [HostShell, shell],
    [
      Bios,
      vendorBios(request.profile.tools.bios, {
        shell,
        clock,
        toolMs,
        peek: async (signal) =>
          config.bmc.credentials === undefined ? peekBios(request.profile.vendor, bmc, signal) : undefined,
      }),
    ],
    [BmcNetwork, bmc],
    [
      BmcSettings,
      new SiteBmcSettings({
        vendor: request.profile.vendor,
        door: bmc,
        clock,
        ownCredentials: config.bmc.credentials !== undefined,
        secrets: config.bmc.secrets,
        onWarning: (error) =>
          logger.warn(
            { door: 'redfish', server: systemId, workflowId: view.workflowId, error },
            'a redfish session may be left open',
          ),
      }),
    ],
    [Tags, new MaasTags({ maas, systemId })],
    [KeptBios, storedBios(site.store, request)],
    [Inventory, inventory],
  ])
  return {
    get<T>(capability: Capability<T>): T {
      const found = all.get(capability)
      if (found !== undefined) return found as T
      throw new HwError({
        code: 'workflow.no-capability',
        kind: 'internal',
        message: `There is no capability "${capability.name}" here.`,
        hint: 'Give the workflow a scope of its own that has it.',
      })
    },
    async [Symbol.asyncDispose]() {
      await inventory[Symbol.asyncDispose]()
      await shell[Symbol.asyncDispose]()
    },
  }
}

/** Where the record says the host is: the newest boot that a step has seen. */
function recordedHost(view: RunView): HostLocation | undefined {
  for (const step of ['bios-push', 'retrieve-ip']) {
    const found = hostLocationSchema.safeParse((view.output(step) as { readonly host?: unknown } | undefined)?.host)
    if (found.success) return found.data
  }
  return undefined
}

/** Nothing works on it any more. */
function hasEnded(status: WorkflowStatus | undefined): boolean {
  return status === 'COMPLETED' || status === 'FAILED' || status === 'CANCELLED'
}

/** BMC addresses that unfinished runs are about to give out: who asked first has it. A run that nobody works on reserves nothing. */
async function reservedAddresses(manager: WorkflowManager, workflowId: string): Promise<PromisedAddress[]> {
  const { records } = await manager.list({ status: ['PENDING', 'RUNNING'], limit: 1000 })
  return records.flatMap(({ id, resource, resourceLabel, request }) => {
    const address = (request as { readonly targetIpmiIp?: string } | null)?.targetIpmiIp
    return address === undefined || (workflowId.startsWith('run_') && id > workflowId)
      ? []
      : [{ address, who: `${resourceLabel}, by run ${id}`, systemId: resource, abandoned: !manager.isWorkingOn(id) }]
  })
}

function sshTimeouts(config: Config) {
  const { connect, keepalive, close } = config.ssh.timeouts
  return {
    ...(connect === undefined ? {} : { connectMs: connect }),
    ...(keepalive === undefined ? {} : { keepaliveMs: keepalive }),
    ...(close === undefined ? {} : { closeMs: close }),
  }
}
