import { checkBox, enable, enabled, menu, option, subtitle, type Menu, type MenuEntry } from '../supermicro/menu.ts'
import { bootMenu } from './supermicro-boot.ts'
import {
  bootFeatureMenu,
  consoleMenu,
  eventLogsMenu,
  httpBootMenu,
  mainMenu,
  networkStack,
  securityMenu,
  trustedComputingMenu,
} from './supermicro-pages.ts'
import { spChipsetMenu } from './supermicro-sp-chipset.ts'
import { spCpuMenu } from './supermicro-sp-cpu.ts'

/** What tells boards for Xeon Scalable apart. */
export interface SpBoard {
  readonly board: string
  readonly biosVersion: string
  readonly biosDate: string
  readonly memoryMiB: number
  readonly cores: number
  /** Sockets; two unless told otherwise. */
  readonly cpus?: number
  readonly ports: readonly string[]
  readonly slots: readonly string[]
  readonly modes: string
  readonly mode: string
}

/** The whole setup of a board for Xeon Scalable (X11DPH-T of ironlib, X11DPT-B of go-hal, reduced in its lists of ports). */
export function spMenus(parts: SpBoard): readonly Menu[] {
  return [
    mainMenu(parts.board, parts.biosVersion, parts.biosDate, parts.memoryMiB),
    menu('Advanced', [
      bootFeatureMenu(),
      spCpuMenu(parts),
      spChipsetMenu({ cpus: parts.cpus ?? 2, ports: parts.ports }),
      menu('Server ME Information', [enable('Suppress PTT Commands', 'Disable')]),
      sataMenu('SATA', 4),
      sataMenu('sSATA', 2),
      pciMenu(parts.slots),
      menu('Super IO Configuration', [
        serialPortMenu(1, '0=Auto|1=IO=3F8h; IRQ=4;|3=IO=2F8h; IRQ=4;'),
        serialPortMenu(2, '0=Auto|1=IO=2F8h; IRQ=3;|2=IO=3F8h; IRQ=3;', [
          option('Serial Port 2 Attribute', '3=SOL|1=COM'),
        ]),
      ]),
      consoleMenu(),
      menu('ACPI Settings', [
        enabled('PCI AER Support', 'Disabled'),
        enabled('Memory Corrected Error Enabling', 'Disabled'),
        enabled('NUMA', 'Enabled'),
        enabled('WHEA Support', 'Enabled'),
        enabled('High Precision Event Timer', 'Enabled'),
      ]),
      trustedComputingMenu([enabled('  TXT Support', 'Disabled')]),
      httpBootMenu(),
    ]),
    eventLogsMenu(),
    securityMenu(),
    bootMenu({
      listNames: 'same',
      modes: parts.modes,
      mode: parts.mode,
      disk: 'Micron_5200_MTFDDAK9',
      network: 'IBA 40-10G Slot 1A00 v1066',
    }),
  ]
}

/** The two controllers of the PCH have the same page, so that each port's settings repeat under one name. */
function sataMenu(controller: 'SATA' | 'sSATA', ports: number): Menu {
  const codes = controller === 'SATA' ? '0=Disable|1=Enable' : '1=Enable|0=Disable'
  return menu(`PCH ${controller} Configuration`, [
    option(`${controller} Controller`, codes, 'Enable'),
    option(`Configure ${controller} as`, '0=AHCI|1=RAID', 'AHCI', { workIf: ` 0 != ${controller} Controller ` }),
    enable('SATA HDD Unlock', 'Enable', { workIf: ` 0 != ${controller} Controller ` }),
    enable(`${controller} RSTe Boot Info`, 'Enable', {
      workIf: `( 0 != ${controller} Controller )  and  ( 1 == Configure ${controller} as )`,
    }),
    enable('Aggressive Link Power Management', 'Disable'),
    option(`${controller} RAID Option ROM/UEFI Driver`, '0=Disable|1=EFI|2=Legacy', 'Legacy', {
      workIf: ` 1 == Configure ${controller} as `,
    }),
    ...Array.from({ length: ports }, (_, port) => [
      subtitle(`${controller} Port ${port}`),
      enable('  Hot Plug', 'Enable'),
      enable('  Spin Up Device', 'Disable'),
      option(`  ${controller} Device Type`, '0=Hard Disk Drive|1=Solid State Drive'),
    ]).flat(),
  ])
}

function pciMenu(slots: readonly string[]): Menu {
  const lan = ' 0 != Onboard LAN Device '
  return menu('PCIe/PCI/PnP Configuration', [
    enabled('Above 4G Decoding', 'Enabled'),
    enabled('SR-IOV Support', 'Disabled', {
      help: 'If system has SR-IOV capable PCIe Devices, this option\r\nEnables or Disables Single Root IO Virtualization Support.',
    }),
    enabled('ARI Support', 'Enabled'),
    option('MMIO High Base', '0=56T|1=40T|2=24T|3=16T|4=4T|6=2T|5=1T'),
    option('MMIO High Granularity Size', '0=1G|1=4G|2=16G|3=64G|4=256G|5=1024G', '256G'),
    option(
      'Maximum Read Request',
      '55=Auto|0=128 Bytes|1=256 Bytes|2=512 Bytes|3=1024 Bytes|4=2048 Bytes|5=4096 Bytes',
    ),
    option('MMCFG Base', '0=1G|1=1.5G|2=1.75G|3=2G|4=2.25G|5=3G', '2G'),
    option('NVMe Firmware Source', '0=Vendor Defined Firmware|1=AMI Native Support'),
    option('VGA Priority', '1=Onboard|2=Offboard'),
    ...slots.map((slot) => option(`${slot} OPROM`, '0=Disabled|1=Legacy|2=EFI', 'Legacy')),
    option('Bus Master Enable', '1=Enabled|0=Disabled'),
    enabled('Onboard LAN Device', 'Enabled'),
    option('Onboard LAN1 Option ROM', '0=Disabled|1=PXE|2=iSCSI|4=EFI', 'PXE', { workIf: lan }),
    option('Onboard LAN2 Option ROM', '0=Disabled|1=PXE', 'Disabled', {
      workIf: '( 0 != Onboard LAN Device )  and  ( Onboard LAN1 Option ROM <= 1 )',
    }),
    option('Onboard Video Option ROM', '0=Disabled|1=Legacy|2=EFI', 'Legacy'),
    menu('Network Stack Configuration', networkStack()),
  ])
}

function serialPortMenu(port: number, addresses: string, more: readonly MenuEntry[] = []): Menu {
  return menu(`Serial Port ${port} Configuration`, [
    checkBox(`Serial Port ${port}`, 'Checked'),
    option('Change Settings', addresses, 'Auto', { workIf: ` 0 != Serial Port ${port} ` }),
    ...more,
  ])
}
