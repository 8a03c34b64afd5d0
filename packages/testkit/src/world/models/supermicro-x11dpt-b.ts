import type { HardwareModel } from '../model.ts'
import { attributesOf } from '../supermicro/attributes.ts'
import { spMenus } from './supermicro-sp-pages.ts'

const bios = { board: 'X11DPT-B', biosVersion: '3.3', biosDate: '02/21/2020', memoryMiB: 393_216 }

const menus = spMenus({
  ...bios,
  cores: 28,
  ports: ['PcieBr1D00F0 - Port 1A', 'PcieBr2D00F0 - Port 2A', 'PcieBr3D00F0 - Port 3A'],
  slots: ['RSC-W2-66 SLOT1 PCI-E X16', 'RSC-W2-66 SLOT2 PCI-E X16', 'M.2-H PCI-E 3.0 X4'],
  modes: '0=LEGACY|1=UEFI|2=DUAL',
  mode: 'DUAL',
})

/**
 * Supermicro X11DPT-B: two Xeon Scalable of the second generation in a twin node. Nobody filled in its system's serial number, as
 * on many of these boards, so that only UUID and board tell machines apart. Setting names of the board's own configuration files
 * (go-hal). Assumed: BIOS and BMC versions, board id, processor and memory.
 */
export const supermicroX11dptB: HardwareModel = {
  id: 'supermicro-x11dpt-b',
  vendor: 'Supermicro',
  manufacturer: 'Supermicro',
  product: 'Super Server',
  board: bios.board,
  sku: 'To be filled by O.E.M.',
  dmi: { systemSerial: '0123456789' },
  machine: 'x86_64',
  architecture: 'amd64/generic',
  cpu: { model: 'Intel(R) Xeon(R) Gold 6258R CPU @ 2.70GHz', cores: 56, mhz: 2700, sockets: 2 },
  memoryMiB: bios.memoryMiB,
  biosFamily: 'X11',
  biosVersion: bios.biosVersion,
  biosDate: bios.biosDate,
  biosAttributes: attributesOf(menus),
  setup: { menus, boardId: '0987' },
  bmcType: 'ASPEED',
  bmcVersion: '01.73.11',
  lanChannel: 1,
  postMs: 180_000,
}
