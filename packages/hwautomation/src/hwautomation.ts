import { checkSite, type CheckResult } from './check-site.ts'
import { systemClock, type Clock } from './clock.ts'
import { loadConfig, type Config, type PartialConfig } from './config.ts'
import type { DeviceCatalogue } from './devices/catalogue.ts'
import { loadCatalogue } from './devices/load-catalogue.ts'
import { dialDirect, dialThrough, type Dial } from './dial.ts'
import { silentLogger, type Logger } from './logger.ts'
import { MaasClient } from './maas/maas-client.ts'
import { MachinePoller } from './maas/machine-poller.ts'
import type { ProvisioningSite } from './provisioning/server-provisioning-workflow.ts'
import { serverProvisioning } from './provisioning/server-provisioning-workflow.ts'
import { Redactor } from './redaction.ts'
import { runCapabilities } from './run-capabilities.ts'
import type { SecretSource } from './secrets.ts'
import { LowdbStore } from './stores/lowdb-store.ts'
import { MemoryStore } from './stores/memory-store.ts'
import type { CapabilityScope, RunView } from './workflow/context.ts'
import { WorkflowManager, type CloseOptions } from './workflow/manager.ts'
import type { WorkflowStore } from './workflow/ports.ts'

/** What `createHwAutomation` takes: configuration by file, environment and code, and what code alone can give. */
export interface HwAutomationOptions extends Omit<PartialConfig, 'dial'> {
  /** Path of a YAML file; see docs/configuration.md. */
  readonly config?: string
  /** Proxy URL, or a function that makes the TCP connections to hosts and BMCs. */
  readonly dial?: string | Dial
  /** Silent by default. */
  readonly logger?: Logger
  /** For `${secret:NAME}` in the configuration. */
  readonly secrets?: SecretSource
  /** The time that waits and deadlines follow; a simulated data centre brings its own. */
  readonly clock?: Clock
  /** Instead of the state directory. */
  readonly store?: WorkflowStore
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly signal?: AbortSignal
}

/** Everything that belongs together: one MAAS, one store, one manager. */
export interface HwAutomation extends ProvisioningSite, AsyncDisposable {
  readonly manager: WorkflowManager
  readonly devices: DeviceCatalogue
  readonly maas: MaasClient
  readonly config: Config
  /** Everything a first run would stumble over, looked at one by one; reads only. */
  check(signal?: AbortSignal): Promise<readonly CheckResult[]>
  /** Lets go of runs (they can be resumed), or cancels or finishes them; then releases every socket. Default: detach. */
  close(options?: CloseOptions): Promise<void>
}

/**
 * The composition root: reads the configuration, opens the store, makes clients and manager. Contacts nobody yet.
 *
 * @throws HwError `config.invalid`, `devices.catalogue-invalid` and those of the store
 * @example
 * await using hw = await createHwAutomation({ config: './hwautomation.yaml', stateDir: './state' })
 */
export async function createHwAutomation(options: HwAutomationOptions): Promise<HwAutomation> {
  const {
    config: file,
    dial,
    logger = silentLogger,
    secrets,
    clock = systemClock,
    store: ownStore,
    env,
    signal,
    ...code
  } = options
  const config = await loadConfig({
    file,
    code: typeof dial === 'string' ? { ...code, dial } : code,
    secrets,
    ...(env ? { env } : {}),
    ...(signal ? { signal } : {}),
  })
  const devices = await loadCatalogue({ files: config.devices.files })
  const redactor = new Redactor()
  for (const secret of [config.ssh.privateKey, config.ssh.passphrase, config.bmc.credentials?.password])
    if (secret) redactor.add(secret)
  const proxyPassword = config.dial === undefined ? '' : decodeURIComponent(new URL(config.dial).password)
  redactor.add(proxyPassword)
  const { power, other } = config.maas.timeouts
  const maas = new MaasClient({
    url: config.maas.url,
    apiKey: config.maas.apiKey,
    timeouts: { ...(power === undefined ? {} : { power }), ...(other === undefined ? {} : { other }) },
    clock,
    logger,
    redactor,
  })
  const poller = new MachinePoller({ maas, clock, interval: config.pollInterval })
  const store =
    ownStore ?? (config.stateDir === undefined ? new MemoryStore() : new LowdbStore(config.stateDir, { logger }))
  const manager = new WorkflowManager({ store, clock, logger, redactor, concurrency: config.concurrency })
  manager.register(serverProvisioning)
  await manager.open()
  const connect: Dial =
    typeof dial === 'function' ? dial : config.dial === undefined ? dialDirect() : dialThrough(config.dial)
  const hw: HwAutomation = {
    manager,
    devices,
    maas,
    config,
    surroundings: { clock, logger, redactor },
    async findServer(serverId, within) {
      const machine = await maas.findMachine(serverId, { signal: within })
      return { systemId: machine.system_id, hostname: machine.hostname, fqdn: machine.fqdn }
    },
    provisioningCapabilities: (view: RunView): CapabilityScope =>
      runCapabilities(view, { config, maas, poller, manager, dial: connect, clock, logger, redactor }),
    async close(how) {
      await manager.close(how)
      await maas.close()
    },
    check: (within = new AbortController().signal) => checkSite({ config, maas, devices, clock }, within),
    [Symbol.asyncDispose]: () => hw.close(),
  }
  return hw
}
