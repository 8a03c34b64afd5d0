import type { Machine } from './machine.ts'
import type { DmiStrings, HardwareModel } from './model.ts'

/** Everything a machine says of itself in SMBIOS; `Not Specified` as dmidecode prints a string that is not there. */
export type Dmi = DmiStrings & { readonly systemUuid: string }

const NONE = 'Not Specified'

/**
 * The DMI strings of a machine, for dmidecode, /sys/class/dmi/id and MAAS's commissioning alike: the vendor's, with what its model
 * does otherwise, and with another machine's serial and UUID if that is what answers there.
 */
export function dmiOf(machine: Machine): Dmi {
  const wrong = machine.quirks.wrongIdentity
  if (wrong === undefined) return boardDmi(machine)
  const { serial, uuid } = wrong
  return { ...boardDmi(machine), systemSerial: serial, boardSerial: serial, chassisSerial: serial, systemUuid: uuid }
}

/** What the machine's own board says, whoever answers at its address: what its BMC knows. */
export function boardDmi({ model, serial, uuid }: Machine): Dmi {
  return { ...byVendor[model.vendor](model, serial), ...model.dmi, systemUuid: uuid }
}

const common = (model: HardwareModel, serial: string) => ({
  biosVendor: model.manufacturer,
  biosVersion: model.biosVersion,
  biosDate: model.biosDate,
  biosRevision: model.biosVersion,
  firmwareRevision: model.bmcVersion,
  systemManufacturer: model.manufacturer,
  systemProduct: model.product,
  systemVersion: NONE,
  systemSerial: serial,
  systemSku: model.sku,
  systemFamily: NONE,
  boardManufacturer: model.manufacturer,
  boardProduct: model.board,
  boardVersion: NONE,
  boardSerial: serial,
  boardAssetTag: NONE,
  chassisManufacturer: model.manufacturer,
  chassisType: 'Rack Mount Chassis',
  chassisVersion: NONE,
  chassisSerial: serial,
  chassisAssetTag: NONE,
})

/**
 * HPE has the ROM family as BIOS version. A Supermicro's BIOS is AMI's, what nobody fills in is a placeholder as the maker typed it
 * (public dmidecode output of X11 boards), and its board has a serial number of its own; Dell's service tag is the serial number
 * of system and chassis. Assumed: the form of the boards' serial numbers and the numbers of BIOS revisions.
 */
const byVendor: Readonly<Record<HardwareModel['vendor'], (model: HardwareModel, serial: string) => DmiStrings>> = {
  HPE: (model, serial) => ({ ...common(model, serial), biosVersion: model.biosFamily, systemFamily: 'ProLiant' }),
  Supermicro: (model, serial) => ({
    ...common(model, serial),
    biosVendor: 'American Megatrends Inc.',
    biosRevision: '5.14',
    firmwareRevision: NONE,
    systemVersion: '0123456789',
    systemFamily: 'To be filled by O.E.M.',
    boardVersion: '1.10',
    boardSerial: `OM000S${serial.slice(-6)}`,
    boardAssetTag: 'To be filled by O.E.M.',
    chassisType: 'Other',
    chassisVersion: '0123456789',
    chassisSerial: '0123456789',
    chassisAssetTag: 'To be filled by O.E.M.',
  }),
  Dell: (model, serial) => ({
    ...common(model, serial),
    firmwareRevision: NONE,
    systemSku: `SKU=${model.sku};ModelName=${model.product}`,
    systemFamily: 'PowerEdge',
    boardVersion: 'A00',
    boardSerial: `.${serial}.CN000000000000.`,
  }),
}
