import { readResource, serviceRootSchema } from './resources.ts'
import type { RedfishReply } from './transport.ts'

/** What a BMC tells everybody, without a login. */
export interface ServiceRoot {
  readonly redfishVersion: string | undefined
  readonly uuid: string | undefined
  readonly vendor: string | undefined
  /** The host's model on iLO, the BMC's on others. */
  readonly product: string | undefined
  readonly oem: Readonly<Record<string, unknown>>
}

/** Where to go on from the service root. */
export interface RootLinks {
  readonly sessions: string
  readonly systems: string
  readonly managers: string
  readonly accountService: string
}

/** Reads an answer to `/redfish/v1/`. A BMC that leaves out a link gets the path that the Redfish specification (DSP0266) fixes. */
export function readServiceRoot(reply: RedfishReply): { readonly root: ServiceRoot; readonly links: RootLinks } {
  const root = readResource(reply, serviceRootSchema)
  const { RedfishVersion, UUID, Vendor, Product, Oem, Links, Systems, Managers, AccountService } = root
  return {
    root: { redfishVersion: RedfishVersion, uuid: UUID, vendor: Vendor, product: Product, oem: Oem ?? {} },
    links: {
      sessions: Links?.Sessions?.['@odata.id'] ?? '/redfish/v1/SessionService/Sessions',
      systems: Systems?.['@odata.id'] ?? '/redfish/v1/Systems',
      managers: Managers?.['@odata.id'] ?? '/redfish/v1/Managers',
      accountService: AccountService?.['@odata.id'] ?? '/redfish/v1/AccountService',
    },
  }
}
