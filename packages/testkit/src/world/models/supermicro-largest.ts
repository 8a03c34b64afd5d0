import type { Menu } from '../supermicro/menu.ts'
import { spMenus } from './supermicro-sp-pages.ts'

/** A setup as large as they get, for measuring: eight sockets with thirty ports each, more than 700 settings. No board of the lab has it. */
export function largestSetup(): readonly Menu[] {
  return spMenus({
    board: 'X11OPi-CPU',
    biosVersion: '3.3',
    biosDate: '02/21/2020',
    memoryMiB: 6_291_456,
    cores: 28,
    cpus: 8,
    ports: Array.from({ length: 30 }, (_, index) => `PcieBr${1 + (index % 3)}D0${index % 10}F0 - Port ${1 + index}A`),
    slots: Array.from({ length: 16 }, (_, index) => `CPU${1 + (index % 8)} SLOT${1 + index} PCI-E 3.0 X16`),
    modes: '0=LEGACY|1=UEFI|2=DUAL',
    mode: 'DUAL',
  })
}
