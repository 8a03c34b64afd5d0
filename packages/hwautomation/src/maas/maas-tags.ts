import type { Tags } from '../provisioning/capabilities.ts'
import type { MaasClient } from './maas-client.ts'

/** The `Tags` capability on MAAS's API, for one machine. */
export class MaasTags implements Tags {
  readonly #maas: MaasClient
  readonly #systemId: string

  constructor({ maas, systemId }: { readonly maas: MaasClient; readonly systemId: string }) {
    this.#maas = maas
    this.#systemId = systemId
  }

  async ensure(name: string, comment: string, signal: AbortSignal): Promise<void> {
    await this.#maas.ensureTag(name, comment, { signal })
  }

  async add(name: string, signal: AbortSignal): Promise<void> {
    await this.#maas.updateTagNodes(name, { add: [this.#systemId] }, { signal })
  }

  async remove(name: string, signal: AbortSignal): Promise<void> {
    await this.#maas.updateTagNodes(name, { remove: [this.#systemId] }, { signal })
  }
}
