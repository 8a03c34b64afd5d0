import type { BiosVendorName } from './configuration.ts'

/**
 * Why a text cannot be the native name of a BIOS setting of this vendor; undefined if it can.
 *
 * HPE and Dell name attributes (DSP8010 AttributeRegistry, `AttributeName`). Supermicro's `sum` repeats names and tells
 * them apart by menu and `order`, so there the name is the path: menus and the setting, joined by ` > `, each with `#n`
 * behind it where the file gives it an order.
 */
export function nativeNameFault(vendor: BiosVendorName, name: string): string | undefined {
  return vendor === 'supermicro' ? menuPathFault(name) : attributeFault(name)
}

function attributeFault(name: string): string | undefined {
  return /^[A-Za-z][A-Za-z0-9_.:-]{0,127}$/.test(name)
    ? undefined
    : 'is not the name of a BIOS attribute (letters, digits, `_`, `.`, `:` and `-`)'
}

function menuPathFault(name: string): string | undefined {
  const segments = name.split(' > ')
  if (segments.length < 2) return 'names no menu: write the whole path, `Menu > Sub-menu > Setting`'
  if (segments.some((segment) => segment === '' || segment !== segment.trim()))
    return 'has blanks too many: menus and setting are joined by one ` > `'
  // The files are ISO-8859-1.
  const foreign = /[^\u0020-\u007e\u00a0-\u00ff]/u.exec(name)
  return foreign === null ? undefined : `holds \`${foreign[0]}\`, which Supermicro's files cannot hold (ISO-8859-1)`
}
