import type { BiosVendor } from '../vendor.ts'

/** Dell PowerEdge: attribute names of `BIOS.Setup.1-1`, as the server configuration profile has them. */
export const dellBios: BiosVendor = {
  meaning: (setting) => ({ kind: 'unavailable', reason: `no name of ${setting} is known` }),
  isAction: () => false,
  isSecret: (attribute) => /password/i.test(attribute),
  reach: () => undefined,
  networkBoot: () => [],
  isNetworkBootEntry: () => false,
  readOnlyReason: () => undefined,
  lockedBy: () => undefined,
  boardName: (board) => board.product ?? 'this board',
}
