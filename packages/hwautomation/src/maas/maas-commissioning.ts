import { timestamp, type Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import type { Answer, Commissioning, MachineEvent, OnTrouble } from '../provisioning/capabilities.ts'
import { through } from '../provisioning/patiently.ts'
import { RUN_ANNOTATION, type MachineState } from '../provisioning/machine-state.ts'
import type { MaasClient } from './maas-client.ts'
import type { MachinePoller } from './machine-poller.ts'
import type { MaasInterface, MaasMachine } from './machine.ts'

export interface MaasCommissioningOptions {
  readonly maas: MaasClient
  readonly poller: MachinePoller
  readonly clock: Clock
  readonly logger: Logger
  readonly systemId: string
  readonly commissioning: {
    /** Else MAAS creates or overwrites a BMC user of its own. */
    readonly skipBmcConfig: boolean
    /** `none`, or tests to run after the commissioning. */
    readonly testingScripts: readonly string[]
  }
  /** Hears of the record whenever it is read for the run alone (polls are not told). */
  readonly onRead?: (record: MaasMachine) => void
  /** True for a run of our store that has ended. */
  readonly isAbandonedRun: (runId: string) => Promise<boolean>
}

/** So long may MAAS be away (an upgrade of the region, a failing link) before a step hears of it. */
const OUTAGE_MS = 10 * 60_000
/** How much of a failing script's output goes into the error. */
const OUTPUT_TAIL = 400
/** As many events as MAAS gives at once (MAAS 3.3, recorded). */
const MOST_EVENTS = 1000
/** Script statuses that a script cannot reach without having run (MAAS: enums/scriptresult.py). */
const RAN = new Set([1, 2, 3, 4, 6])

/** The `Commissioning` capability on MAAS's API, for one machine. */
export class MaasCommissioning implements Commissioning {
  readonly #options: MaasCommissioningOptions
  #user: string | undefined

  constructor(options: MaasCommissioningOptions) {
    this.#options = options
  }

  async read(signal: AbortSignal): Promise<Answer<MachineState>> {
    const read = () => this.#maas.machine(this.#id, { signal })
    const record = await this.#throughOutage(signal, read)
    this.#options.onRead?.(record)
    return this.#answer(toMachineState(record))
  }

  async until<T>(
    done: (machine: MachineState) => T | undefined,
    { signal, onTrouble }: { readonly signal: AbortSignal; readonly onTrouble?: OnTrouble },
  ): Promise<T> {
    const records = this.#options.poller.watch(this.#id, {
      signal,
      onTrouble: (trouble) => onTrouble?.(`MAAS does not answer since ${trouble.since}: ${trouble.error.message}`),
    })
    for await (const record of records) {
      const found = done(toMachineState(record))
      if (found !== undefined) return found
    }
    throw new Error('A watch has no end of its own.')
  }

  async user(signal: AbortSignal): Promise<Answer<string>> {
    this.#user ??= (await this.#throughOutage(signal, () => this.#maas.whoami({ signal }))).username
    return this.#answer(this.#user)
  }

  async commission(signal: AbortSignal): Promise<void> {
    await this.#maas.commission(this.#id, { enableSsh: true, ...this.#options.commissioning, signal })
  }

  async abort(signal: AbortSignal): Promise<void> {
    await this.#maas.abort(this.#id, { comment: 'hwautomation: run ended', signal })
  }

  async enterRescue(signal: AbortSignal): Promise<void> {
    await this.#maas.rescueMode(this.#id, { signal })
  }

  async exitRescue(signal: AbortSignal): Promise<void> {
    await this.#maas.exitRescueMode(this.#id, { signal })
  }

  async powerOff(signal: AbortSignal): Promise<void> {
    await this.#maas.powerOff(this.#id, 'hard', { signal })
  }

  async annotate(value: string, signal: AbortSignal): Promise<void> {
    await this.#maas.setAnnotations(this.#id, { [RUN_ANNOTATION]: value }, { signal })
  }

  async commissioningRan(resultId: number, signal: AbortSignal): Promise<boolean> {
    const results = await this.#maas.commissioningResults(this.#id, { set: resultId }, { signal })
    return results?.scripts.some(({ status }) => RAN.has(status)) ?? false
  }

  isAbandonedRun(runId: string): Promise<boolean> {
    return this.#options.isAbandonedRun(runId)
  }

  async newestEvent(signal: AbortSignal): Promise<number | undefined> {
    const [newest] = await this.#maas.events({ ids: [this.#id], limit: 1, level: 'DEBUG' }, { signal })
    return newest?.id
  }

  async eventsSince(event: number, signal: AbortSignal): Promise<readonly MachineEvent[]> {
    const filter = { ids: [this.#id], limit: MOST_EVENTS, level: 'DEBUG' } as const
    const events = await this.#maas.events(event > 0 ? { ...filter, after: event } : filter, { signal })
    return events
      .map(({ id, type, description }) => ({ id, type, description: description ?? '' }))
      .toSorted((a, b) => a.id - b.id)
  }

  async explainFailure(signal: AbortSignal): Promise<readonly string[]> {
    const results = await this.#maas.commissioningResults(this.#id, { output: { tail: OUTPUT_TAIL } }, { signal })
    const failing = results?.scripts.filter(({ failed }) => failed) ?? []
    return failing.map(({ name, statusName, exitStatus, output }) => {
      const said = (output ?? '').trim().replaceAll(/\s+/g, ' ')
      return `${name}: ${statusName}${exitStatus === undefined ? '' : `, exit ${exitStatus}`}${said ? `, "${said}"` : ''}`
    })
  }

  #throughOutage<T>(signal: AbortSignal, read: () => Promise<T>): Promise<T> {
    const { clock, logger } = this.#options
    const onTrouble = (reason: string) =>
      logger.warn({ door: 'maas', server: this.#id, error: reason }, 'a read goes on through an outage')
    return through(clock, { signal, within: OUTAGE_MS, onTrouble }, read)
  }

  get #maas(): MaasClient {
    return this.#options.maas
  }

  get #id(): string {
    return this.#options.systemId
  }

  #answer<T>(value: T): Answer<T> {
    return { value, servedBy: 'maas', tried: ['maas'], observedAt: timestamp(this.#options.clock) }
  }
}

/** MAAS's record in the words of provisioning. */
export function toMachineState(record: MaasMachine): MachineState {
  return {
    systemId: record.system_id,
    hostname: record.hostname,
    fqdn: record.fqdn,
    status: record.status,
    statusName: record.status_name,
    statusMessage: record.status_message ?? '',
    owner: record.owner,
    locked: record.locked,
    power: isPower(record.power_state) ? record.power_state : 'unknown',
    powerType: record.power_type,
    architecture: record.architecture ?? '',
    commissioningResultId: record.current_commissioning_result_id ?? null,
    addresses: candidates(record),
    serial: known(record.hardware_info?.['system_serial']),
    uuid: known(record.hardware_uuid),
    tags: record.tag_names,
    annotations: record.workload_annotations,
  }
}

/** What DHCP gave the boot NIC first, then the others, then what MAAS lists: that may be an address the ephemeral OS has not got. */
function candidates(record: MaasMachine): string[] {
  const discovered = (nic: MaasInterface | null) => (nic?.discovered ?? []).map(({ ip_address }) => ip_address)
  const all = [
    ...discovered(record.boot_interface),
    ...record.interface_set.flatMap(discovered),
    ...record.ip_addresses,
  ]
  return [...new Set(all.filter((address): address is string => typeof address === 'string' && address !== ''))]
}

/** MAAS writes the word for "not known". */
function known(value: string | null | undefined): string | null {
  return value == null || value.trim() === '' || value === 'Unknown' ? null : value
}

function isPower(value: string): value is MachineState['power'] {
  return value === 'on' || value === 'off' || value === 'unknown' || value === 'error'
}
