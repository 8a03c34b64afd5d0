import type { BiosConfiguration, BiosVendorName } from '../bios/configuration.ts'
import type { Observed } from './facts.ts'
import { said } from './says-something.ts'

/** What each vendor calls its BMC. */
const BMC_KINDS: Readonly<Record<BiosVendorName, string>> = { hpe: 'iLO', dell: 'iDRAC', supermicro: 'Supermicro BMC' }

/** What the vendor's BIOS tool told of firmware and BMC beside the settings. */
export function factsOfBios({ vendor, board }: Pick<BiosConfiguration, 'vendor' | 'board'>): Observed {
  const { romFamily, romVersion, romDate, bmcVersion } = board
  const version = said(romVersion)
  const family = said(romFamily)
  // HPE's tools name ROM family and number apart; as one text it is what its own pages show, `U54 v1.48`.
  const isWhole = version === undefined || family === undefined || version.startsWith(family)
  return {
    'bios.version': isWhole ? version : vendor === 'hpe' ? `${family} v${version.replace(/^v/, '')}` : version,
    'bios.date': said(romDate),
    ...bmc(said(bmcVersion) ?? '', BMC_KINDS[vendor]),
  }
}

/** iLOrest gives generation and version as one, `iLO 6 v1.62`. */
function bmc(version: string, kind: string): Observed {
  const [, generation, number] = /^(iLO \d+|iDRAC ?\d+) v?(\S.*)$/i.exec(version) ?? []
  return { 'bmc.kind': generation ?? kind, 'bmc.version': number ?? (version === '' ? undefined : version) }
}
