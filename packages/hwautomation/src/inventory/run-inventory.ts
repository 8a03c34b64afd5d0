import { timestamp, type Clock } from '../clock.ts'
import { HwError, toHwError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { HostShell } from '../provisioning/capabilities.ts'
import type { Inventory } from '../provisioning/inventory.ts'
import { parseDmidecode } from './dmidecode.ts'
import { DMI_TYPES, factsOfDmi } from './facts-of-dmi.ts'
import type { FactSource, Observation, Observed } from './facts.ts'
import { said } from './says-something.ts'
import type { ServerInventory } from './server-inventory.ts'

/** Wall time that reading the tables may take at most: they are in the kernel's memory, and no run waits long for them. */
const TABLES_MS = 20_000

/** What the `Inventory` capability of one run is made of. */
export interface RunInventoryOptions {
  readonly systemId: string
  readonly inventory: ServerInventory
  readonly shell: Pick<HostShell, 'run'>
  /** Wall time of one short command. */
  readonly commandMs: number
  readonly clock: Clock
  readonly logger: Logger
}

/** The `Inventory` capability: dmidecode on the host, documents in the store. */
export class RunInventory implements Inventory, AsyncDisposable {
  readonly #options: RunInventoryOptions
  /** MAAS's record as it was read last, and not kept yet. */
  #ofMaas: (() => Observation) | undefined
  #hasKept = false

  constructor(options: RunInventoryOptions) {
    this.#options = options
  }

  /** Hears of MAAS's record whenever the run reads it; what it tells is kept with the next facts, the last one when the run is over. */
  sawMaas(facts: () => Observed): void {
    const observedAt = timestamp(this.#options.clock)
    this.#ofMaas = () => ({ source: 'maas', observedAt, facts: facts() })
  }

  async readHost(signal: AbortSignal): Promise<Observed> {
    const { shell, commandMs } = this.#options
    const argv = ['dmidecode', '-t', DMI_TYPES.join(',')]
    const timeout = Math.min(commandMs, TABLES_MS)
    const { code, stdout, stderr } = await shell.run(argv, { sudo: true, signal, timeout })
    const facts = factsOfDmi(parseDmidecode(stdout))
    if (code === 0 && Object.keys(facts).length > 0) return facts
    throw noTables(code, said(stderr))
  }

  async keep(source: FactSource, facts: Observed): Promise<void> {
    await this.#keep([{ source, observedAt: timestamp(this.#options.clock), facts }])
    this.#hasKept = true
  }

  /** How MAAS has the machine after the clean-up of a run that did not come to its last step. A mere plan keeps nothing. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { systemId, logger } = this.#options
    if (!this.#hasKept || this.#ofMaas === undefined) return
    try {
      await this.#keep([])
    } catch (error) {
      logger.warn({ systemId, error: toHwError(error).message }, 'facts of a machine could not be kept')
    }
  }

  async #keep(told: readonly Observation[]): Promise<void> {
    const { systemId, inventory } = this.#options
    const ofMaas = this.#ofMaas
    await inventory.note(systemId, [...(ofMaas === undefined ? [] : [ofMaas()]), ...told])
    if (this.#ofMaas === ofMaas) this.#ofMaas = undefined
  }
}

function noTables(code: number, why: string | undefined): HwError {
  return new HwError({
    code: 'inventory.no-tables',
    kind: 'transient',
    message: `dmidecode ended with ${code} and gave no tables${why === undefined ? '' : `: ${why}`}.`,
    hint: 'Look whether `sudo dmidecode` works on the host; what MAAS knows of the hardware is kept all the same.',
  })
}
