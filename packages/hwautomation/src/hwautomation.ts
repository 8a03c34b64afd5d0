import { checkSite, type CheckResult } from './check-site.ts'
import { systemClock, type Clock } from './clock.ts'
import { configSecrets } from './config-secrets.ts'
import { loadConfig, type Config, type PartialConfig } from './config.ts'
import type { ControlServer } from './control/server.ts'
import type { DeviceCatalogue } from './devices/catalogue.ts'
import { loadCatalogue } from './devices/load-catalogue.ts'
import type { DriftReport } from './drift/drift-report.ts'
import { validateServer, type ValidateOptions } from './drift/validate-server.ts'
import { dialDirect, dialThrough, type Dial } from './dial.ts'
import { keepHouse } from './house-keeping.ts'
import { ServerInventory } from './inventory/server-inventory.ts'
import { silentLogger, type Logger } from './logger.ts'
import { MaasClient } from './maas/maas-client.ts'
import { foundInMaas, type ListedServer, listServers, maasFleet } from './maas/maas-fleet.ts'
import { maasInventory, type SiteInventory } from './maas/maas-inventory.ts'
import { MachinePoller } from './maas/machine-poller.ts'
import { type BatchCheck, checkBatch } from './provisioning/batch/batch-check.ts'
import type { BatchOrder } from './provisioning/batch/batch-order.ts'
import { provisionBatch } from './provisioning/batch/provision-batch.ts'
import { biosRestore, restoreBios } from './provisioning/restore-bios-workflow.ts'
import type { ProvisioningSite } from './provisioning/server-provisioning-workflow.ts'
import { serverProvisioning } from './provisioning/server-provisioning-workflow.ts'
import { Redactor } from './redaction.ts'
import { runCapabilities } from './run-capabilities.ts'
import { logEvent } from './run-log.ts'
import type { SecretSource } from './secrets.ts'
import { LowdbStore } from './stores/lowdb-store.ts'
import { MemoryStore } from './stores/memory-store.ts'
import type { BatchHandle } from './workflow/batch/batches.ts'
import type { CapabilityScope, RunView } from './workflow/context.ts'
import { redactedLogger } from './workflow/redacted-logger.ts'
import { WorkflowManager } from './workflow/manager.ts'
import type { CloseOptions, StartOptions } from './workflow/manager-options.ts'
import type { WorkflowDefinition } from './workflow/definition.ts'
import type { WorkflowStore } from './workflow/ports.ts'
import type { Provisioning } from './provisioning/provisioning.ts'
import type { RunHandle } from './workflow/run-handle.ts'
import type { Capabilities } from './workflow/registry.ts'
import type { Wish } from './workflow/wishes.ts'

/** What `createHwAutomation` takes: configuration by file, environment and code, and what code alone can give. */
export interface HwAutomationOptions extends Omit<PartialConfig, 'dial' | 'resume'> {
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
  /**
   * Workflows of your own whose unfinished runs are gone on with at the start: variations of the standard one, or any other with what
   * makes its capabilities. Those of this library always are.
   */
  readonly workflows?: readonly (
    | WorkflowDefinition<Provisioning>
    | { readonly definition: WorkflowDefinition<any>; readonly capabilities: Capabilities }
  )[]
  /** As in the configuration, or `leave`: unfinished runs stay as they are and hold their machines until they are resumed one by one. */
  readonly resume?: 'continue' | 'park' | 'fail' | 'leave'
  /** False: no control socket in the state directory, so that the command line cannot talk to this process. Default true. */
  readonly control?: boolean
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly signal?: AbortSignal
}

/** Everything that belongs together: one MAAS, one store, one manager. */
export interface HwAutomation extends ProvisioningSite, AsyncDisposable {
  readonly manager: WorkflowManager
  readonly store: WorkflowStore
  readonly devices: DeviceCatalogue
  readonly maas: MaasClient
  readonly config: Config
  /** Everything a first run would stumble over, looked at one by one; reads only. */
  check(signal?: AbortSignal): Promise<readonly CheckResult[]>
  /**
   * Starts a run that brings a machine's BIOS back to what an earlier run found: see `RestoreBiosWorkflow`.
   * @throws HwError `workflow.no-such-run`, `bios.nothing-pulled`, `bios.another-machine`, and what `manager.start` refuses with
   */
  restoreBios(runId: string, wish: Wish): Promise<RunHandle>
  /** Every machine that MAAS shows us, to choose from, by name. One call that grows with their number: keep the answer for a while. */
  servers(signal?: AbortSignal): Promise<readonly ListedServer[]>
  /** Hardware facts of the servers, each with its source and time: from the runs, and from MAAS when asked. */
  readonly inventory: SiteInventory
  /**
   * How far a machine is from its device type (by its tag in MAAS, unless one is named), by what MAAS and its BMC say: identity, state,
   * tag, BMC, BIOS, boarding rules. Reads only; the host may be off.
   * @throws HwError `maas.no-such-machine`, `devices.unknown-type`, `devices.not-tagged`
   */
  validate(serverId: string, options?: ValidateOptions): Promise<DriftReport>
  /** Checks as a whole what is asked for many servers, and finds every problem; reads only, and MAAS in few calls. */
  checkBatch(order: BatchOrder, signal?: AbortSignal): Promise<BatchCheck>
  /**
   * Checks an order and starts a run for each of its servers, as a batch: see `manager.startBatch`.
   * @throws HwError `batch.refused` with every problem, and what `manager.startBatch` refuses with
   */
  provisionBatch(order: BatchOrder, options?: StartOptions): Promise<BatchHandle>
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
    logger: hostLogger = silentLogger,
    secrets,
    clock = systemClock,
    store: ownStore,
    workflows = [],
    resume,
    control: wantsControl = true,
    env,
    signal,
    ...given
  } = options
  const code = resume === undefined || resume === 'leave' ? given : { ...given, resume }
  const config = await loadConfig({
    file,
    code: typeof dial === 'string' ? { ...code, dial } : code,
    secrets,
    ...(env ? { env } : {}),
    ...(signal ? { signal } : {}),
  })
  const devices = await loadCatalogue({ files: config.devices.files })
  const redactor = new Redactor()
  const logger = hostLogger === silentLogger ? silentLogger : redactedLogger(hostLogger, redactor)
  for (const secret of configSecrets(config)) redactor.add(secret)
  const { power, other } = config.maas.timeouts
  const maas = new MaasClient({
    url: config.maas.url,
    apiKey: config.maas.apiKey,
    timeouts: { ...(power === undefined ? {} : { power }), ...(other === undefined ? {} : { other }) },
    clock,
    logger,
    redactor,
  })
  const fleet = maasFleet(maas)
  const poller = new MachinePoller({ maas, clock, interval: config.pollInterval })
  const store =
    ownStore ?? (config.stateDir === undefined ? new MemoryStore() : new LowdbStore(config.stateDir, { logger }))
  const manager = new WorkflowManager({
    store,
    clock,
    logger,
    redactor,
    concurrency: config.concurrency,
    resume: resume === 'leave' ? 'leave' : config.resume,
  })
  if (hostLogger !== silentLogger) manager.onEvent((event) => logEvent(logger, event))
  const inventory = new ServerInventory(store, redactor)
  const connect: Dial =
    typeof dial === 'function' ? dial : config.dial === undefined ? dialDirect() : dialThrough(config.dial)
  const capabilities = (view: RunView): CapabilityScope =>
    runCapabilities(view, { config, maas, poller, manager, store, inventory, dial: connect, clock, logger, redactor })
  for (const known of [serverProvisioning, biosRestore, ...workflows])
    if ('definition' in known) manager.register(known.definition, known.capabilities)
    else manager.register(known, capabilities)
  const hw: HwAutomation = {
    manager,
    store,
    devices,
    maas,
    config,
    surroundings: { clock, logger, redactor },
    async findServer(serverId, within) {
      const machine = await maas.findMachine(serverId, { signal: within })
      return { systemId: machine.system_id, hostname: machine.hostname, fqdn: machine.fqdn }
    },
    provisioningCapabilities: capabilities,
    async close(how) {
      try {
        await endHouseKeeping()
        await manager.close(how)
      } finally {
        await controlServer?.close()
        await maas.close()
      }
    },
    restoreBios: (runId, wish) => restoreBios(hw, runId, wish),
    servers: (within) => listServers(maas, within),
    inventory: maasInventory(maas, inventory, clock),
    validate: (serverId, how) => validateServer(serverId, { ...hw, findMachine: foundInMaas(maas) }, how),
    checkBatch: (order, within = new AbortController().signal) => checkBatch(order, { ...hw, fleet }, within),
    provisionBatch: (order, how = {}) => provisionBatch(order, { ...hw, fleet }, how),
    check: (within = new AbortController().signal) => checkSite({ config, maas, devices, clock }, within),
    [Symbol.asyncDispose]: () => hw.close(),
  }
  let controlServer: ControlServer | undefined
  let endHouseKeeping = async () => {}
  try {
    await manager.open()
    if (config.retention !== undefined && store instanceof LowdbStore)
      endHouseKeeping = keepHouse({ store, keepForMs: config.retention, clock, logger })
    // the lease is ours now: a control socket that is there was left by a process that is gone
    // The lease of another store says nothing about the state directory: it may have an owner, with a socket of its own.
    if (wantsControl && ownStore === undefined && config.stateDir !== undefined && store instanceof LowdbStore) {
      controlServer = await serveControl(hw, store, config.stateDir)
    }
  } catch (error) {
    await hw.close()
    throw error
  }
  return hw
}

/** Loaded only where it is used: it brings a web server along. */
async function serveControl(hw: HwAutomation, store: LowdbStore, stateDir: string): Promise<ControlServer> {
  const [{ liveSite }, { startControl }, { usualSocketPath }] = await Promise.all([
    import('./control/live-site.ts'),
    import('./control/server.ts'),
    import('./control/socket-path.ts'),
  ])
  const server = await startControl(liveSite(hw, store), { path: usualSocketPath(stateDir) })
  try {
    await store.publish({ control: server.path })
    return server
  } catch (error) {
    await server.close()
    throw error
  }
}
