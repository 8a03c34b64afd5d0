import type { HardwareModel } from '../model.ts'
import { attributesOf } from '../supermicro/attributes.ts'
import { spMenus } from './supermicro-sp-pages.ts'

const bios = { board: 'X13DET-B', biosVersion: '2.1', biosDate: '12/14/2023', memoryMiB: 524_288 }

const menus = spMenus({
  ...bios,
  cores: 36,
  ports: ['PE1', 'PE2', 'PE3', 'PE4'],
  slots: ['AOM SLOT1 PCI-E 5.0 X16', 'AOM SLOT2 PCI-E 5.0 X16', 'M.2-1 PCI-E 4.0 X4'],
  modes: '0=LEGACY|1=UEFI|2=DUAL',
  mode: 'UEFI',
})

/**
 * Supermicro X13DET-B: two Xeon Scalable of the fourth generation, beyond what `sum` knows. Assumed, for want of a configuration file
 * of an X13: the setup is that of the X11 for Xeon Scalable, whose names public fleet settings of X12 and X13 keep (WEKA tools); BIOS
 * and BMC versions, board id, processor and memory.
 */
export const supermicroX13detB: HardwareModel = {
  id: 'supermicro-x13det-b',
  vendor: 'Supermicro',
  manufacturer: 'Supermicro',
  product: 'SYS-221BT-HNTR',
  board: bios.board,
  sku: 'To be filled by O.E.M.',
  machine: 'x86_64',
  architecture: 'amd64/generic',
  cpu: { model: 'Intel(R) Xeon(R) Platinum 8452Y', cores: 72, mhz: 2000, sockets: 2 },
  memoryMiB: bios.memoryMiB,
  memoryType: 'DDR5',
  biosFamily: 'X13',
  biosVersion: bios.biosVersion,
  biosDate: bios.biosDate,
  biosAttributes: attributesOf(menus),
  setup: { menus, boardId: '1C43' },
  bmcType: 'ASPEED',
  bmcVersion: '01.02.17',
  lanChannel: 1,
  postMs: 240_000,
}
