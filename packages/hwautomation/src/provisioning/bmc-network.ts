import type { AddressSource, LanStep } from '../lan/lan-plan.ts'
import { Capability } from '../workflow/context.ts'
import type { Answer } from './capabilities.ts'

/** What a BMC says of its network, in-band. */
export interface LanSettings {
  readonly channel: number
  readonly source: AddressSource
  readonly address: string
  readonly netmask: string
  readonly gateway: string
  readonly mac: string | null
}

/** What is seen of a BMC from outside, without sending a credential. */
export interface BmcSight {
  readonly certificateSha256: string | null
  readonly serviceUuid: string | null
}

/** What answers at an address. Only `silent` is free; `occupied` is something that shows no certificate, and how that was noticed. */
export type Sighting =
  | ({ readonly state: 'seen' } & BmcSight)
  | { readonly state: 'occupied'; readonly why: string }
  | { readonly state: 'silent' }

/** An address that somebody else has. */
export interface Neighbour {
  readonly address: string
  readonly who: string
  /** Promised by a run that nobody works on (detached, crashed): worth a warning, no obstacle. */
  readonly abandoned?: boolean
}

export interface BmcRegistration {
  readonly powerType: string
  readonly address: string
  readonly user: string | null
}

/** The BMC's network settings, its address book entry in MAAS, and proofs that it is the right one. */
export interface BmcNetwork {
  /** In-band, from the host. */
  read(signal: AbortSignal): Promise<Answer<LanSettings>>
  /** In-band. `id` names the remote run. */
  set(channel: number, step: LanStep, options: { readonly id: string; readonly signal: AbortSignal }): Promise<void>
  /**
   * What answers at an address, seen without sending a credential. No route and no answer are silence; anything else is somebody.
   * @throws HwError where the way there is broken (a proxy that fails or forbids), so that nothing can be said
   */
  look(address: string, signal: AbortSignal): Promise<Sighting>
  /** Logs in there and reads whose BMC it is; the certificate is pinned before anything is sent. */
  hostBehind(
    address: string,
    options: {
      readonly certificateSha256: string
      readonly signal: AbortSignal
      readonly onWarning: (line: string) => void
    },
  ): Promise<{ readonly serial: string | null; readonly uuid: string | null }>
  /** MAAS's power parameters of the machine, without its password. */
  registration(signal: AbortSignal): Promise<BmcRegistration>
  /** Addresses that are not to be given to this BMC: other BMCs' and all hosts' in MAAS, and those promised by runs. */
  neighbours(signal: AbortSignal): Promise<readonly Neighbour[]>
  /** MAAS accepts anything here without trying: prove with `powerThroughMaas`. */
  register(address: string, signal: AbortSignal): Promise<void>
  /** MAAS asks the BMC at the registered address. */
  powerThroughMaas(signal: AbortSignal): Promise<'on' | 'off' | 'unknown' | 'error'>
}
export const BmcNetwork = new Capability<BmcNetwork>('bmc-network')

export type { LanStep }
