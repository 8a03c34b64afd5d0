import { HwError } from '../errors.ts'
import type { Answer, Bios, BiosReading } from '../provisioning/capabilities.ts'
import type { VendorBiosOptions } from './vendor-bios.ts'

export class RacadmBios implements Bios {
  readonly tool: string
  readonly fileFormat = { extension: 'xml', mediaType: 'application/xml' } as const

  constructor(options: VendorBiosOptions) {
    this.tool = 'racadm'
  }

  read(): Promise<Answer<BiosReading>> {
    throw this.#notYet()
  }

  stage(): Promise<void> {
    throw this.#notYet()
  }

  finish(): Promise<'committed' | 'not-begun'> {
    throw this.#notYet()
  }

  async untilSettled(): Promise<void> {}

  async signOut(): Promise<void> {}

  async peek(): Promise<undefined> {
    return undefined
  }

  #notYet(): HwError {
    return new HwError({ code: 'bios.unsupported', kind: 'invalid', message: `No BIOS by ${this.tool}.` })
  }
}
