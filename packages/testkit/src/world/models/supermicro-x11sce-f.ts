import type { HardwareModel } from '../model.ts'
import { attributesOf } from '../supermicro/attributes.ts'
import { checkBox, enabled, menu, numeric, option, type Menu } from '../supermicro/menu.ts'
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

const bios = { board: 'X11SCE-F', biosVersion: '1.5', biosDate: '10/05/2020', memoryMiB: 65_536 }
const sgx = '( 0 != Software Guard Extensions (SGX) )'
const speed = '( 0 != 1 )  &&  (  ( 0 != Intel(R) SpeedStep(tm) )  ||  ( 0 != Intel(R) Speed Shift Technology )  )'

/** Words and conditions of the X11SC* boards: `Enabled`, `&&`, operands the other way round, 64-bit numbers (ironlib's X11SCH-F). */
const menus: readonly Menu[] = [
  mainMenu(bios.board, bios.biosVersion, bios.biosDate, bios.memoryMiB),
  menu('Advanced', [
    bootFeatureMenu(),
    cpuMenu(),
    menu('Chipset Configuration', [systemAgentMenu()]),
    menu('SATA And RSTe Configuration', [
      option('SATA Controller(s)', '1=Enabled|0=Disabled', 'Enabled'),
      option('SATA Mode Selection', '0=AHCI|1=RAID', 'AHCI', { workIf: ' 0 != SATA Controller(s) ' }),
      enabled('Aggressive LPM Support', 'Disabled', { workIf: '( 0 != SATA Controller(s) )' }),
      ...[0, 1, 2, 3].flatMap((port) => [
        enabled(`  Port ${port} Hot Plug`, 'Enabled', { workIf: '( 0 != SATA Controller(s) )' }),
        enabled(`  Port ${port} Spin Up Device`, 'Disabled', { workIf: ' 0 != SATA Controller(s) ' }),
      ]),
    ]),
    menu('Super IO Configuration', [
      menu('Serial Port 1 Configuration', [checkBox('Serial Port', 'Checked')]),
      menu('Serial Port 2 Configuration', [
        checkBox('Serial Port', 'Checked'),
        option('Serial Port 2 Attribute', '3=SOL|1=COM', 'SOL', { workIf: ' 0 != Serial Port$2 ' }),
      ]),
    ]),
    consoleMenu(),
    menu('ACPI Settings', [
      enabled('WHEA Support', 'Enabled'),
      enabled('High Precision Event Timer', 'Enabled'),
      option('Native ASPM', '2=Auto|1=Enabled|0=Disabled'),
      enabled('PCI AER Support', 'Disabled'),
    ]),
    pciMenu(),
    trustedComputingMenu([
      enabled('  TXT Support', 'Disabled', {
        workIf: '(  ( 0 != Intel (VMX) Virtualization Technology )  &&  ( 0 != VT-d )  )',
      }),
    ]),
    httpBootMenu(),
  ]),
  eventLogsMenu(),
  securityMenu(),
  bootMenu({
    listNames: 'own',
    modes: '0=LEGACY|1=UEFI|2=DUAL',
    mode: 'DUAL',
    disk: 'Micron_5300_MTFDDAK480TDT',
    network: 'IBA GE Slot 0400 v1404',
    before: [numeric('Setup Prompt Timeout', '1..65535/1', '1')],
  }),
]

/** Supermicro X11SCE-F: one Xeon E-2200 in a micro-cloud node. Assumed: BIOS and BMC versions, board id, product name and memory. */
export const supermicroX11sceF: HardwareModel = {
  id: 'supermicro-x11sce-f',
  vendor: 'Supermicro',
  manufacturer: 'Supermicro',
  product: 'SYS-5039MC-H8TRF',
  board: bios.board,
  sku: 'To be filled by O.E.M.',
  machine: 'x86_64',
  architecture: 'amd64/generic',
  cpu: { model: 'Intel(R) Xeon(R) E-2288G CPU @ 3.70GHz', cores: 8, mhz: 3700 },
  memoryMiB: bios.memoryMiB,
  biosFamily: 'X11',
  biosVersion: bios.biosVersion,
  biosDate: bios.biosDate,
  biosAttributes: attributesOf(menus),
  setup: { menus, boardId: '0979' },
  bmcType: 'ASPEED',
  bmcVersion: '01.23.04',
  lanChannel: 1,
  postMs: 90_000,
}

function cpuMenu(): Menu {
  const states = { workIf: '( 0 != 1 )  &&  ( 0 != C states )' }
  return menu('CPU Configuration', [
    enabled('CPU Flex Ratio Override', 'Disabled'),
    numeric('CPU Flex Ratio Settings', '0..63/0', '20', { workIf: '( CPU Flex Ratio Override != 0 )' }),
    enabled('Hardware Prefetcher', 'Enabled'),
    enabled('Adjacent Cache Line Prefetch', 'Enabled'),
    enabled('Intel (VMX) Virtualization Technology', 'Enabled'),
    option('Active Processor Cores', '0=All|1=1|2=2|3=3|4=4|5=5|6=6|7=7', 'All', {
      workIf: '( 1 != 8 )  &&  ( 1 !=   TXT Support )',
    }),
    enabled('Hyper-Threading', 'Enabled', { workIf: '( 1 !=   TXT Support )' }),
    enabled('AES', 'Enabled'),
    option(
      'Boot Performance Mode',
      '0=Power Saving|1=Max Non-Turbo Performance|2=Turbo Performance',
      'Max Non-Turbo Performance',
    ),
    enabled('Intel(R) SpeedStep(tm)', 'Enabled'),
    enabled('Intel(R) Speed Shift Technology', 'Disabled'),
    enabled('Turbo Mode', 'Enabled', { workIf: speed }),
    enabled('Monitor/Mwait', 'Enabled'),
    enabled('C states', 'Enabled'),
    enabled('  Enhanced C-states', 'Enabled', states),
    option('  C-State Auto Demotion', '0=Disabled|1=C1|2=C3|3=C1 and C3', 'C1 and C3', states),
    enabled('CState Pre-Wake', 'Enabled', states),
    option(
      'Package C State Limit',
      '0=C0/C1|1=C2|2=C3|3=C6|4=C7|5=C7S|6=C8|7=C9|254=Cpu Default|255=Auto',
      'Auto',
      states,
    ),
    enabled('Power Limit 1 Override', 'Disabled', states),
    numeric('Power Limit 1', '0..4095875/125', '0', {
      workIf: '(  ( 0 != 1 )  &&  ( 0 != C states )  )  and  ( 0 != Power Limit 1 Override )',
    }),
    checkBox('ACPI T-States', 'Unchecked', states),
  ])
}

function systemAgentMenu(): Menu {
  const owner = { workIf: `${sgx}  and  ( 2 == SGX Launch Control Policy )` }
  return menu('System Agent (SA) Configuration', [
    menu('Memory Configuration', [
      option('Maximum Memory Frequency', '0=Auto|2133=2133|2400=2400|2667=2667'),
      enabled('Memory Scrambler', 'Enabled'),
      option('REFRESH_2X_MODE', '0=Disabled|1=1- Enabled for WARM or HOT|2=2- Enabled HOT only'),
    ]),
    enabled('Internal Graphics', 'Disabled'),
    enabled('VT-d', 'Enabled', { help: 'VT-d capability' }),
    option('Software Guard Extensions (SGX)', '0=Disabled|1=Enabled|2=Software Controlled', 'Software Controlled'),
    option('SGX Launch Control Policy', '0=Unlocked|1=Intel Locked|2=Locked', 'Unlocked', { workIf: sgx }),
    ...[0, 1, 2, 3].map((part) => numeric(`SGX LE Public Key Hash ${part}`, '0..18446744073709551615/1', '0', owner)),
    numeric('Epoch 0', '0..18446744073709551615/1', '15521488688214965697', { workIf: sgx }),
  ])
}

function pciMenu(): Menu {
  return menu('PCIe/PCI/PnP Configuration', [
    option('Above 4GB MMIO BIOS assignment', '1=Enabled|0=Disabled', 'Disabled'),
    enabled('SR-IOV Support', 'Disabled'),
    option('VGA Priority', '1=Onboard|2=Offboard'),
    option('Onboard Video Option ROM', '1=Legacy|2=EFI|0=Disabled'),
    option('RSC-RR1U-E16 OPROM', '0=Disabled|1=Legacy|2=EFI', 'Legacy'),
    option('M.2-P_1 OPROM', '0=Disabled|1=Legacy|2=EFI', 'Legacy'),
    option('Onboard LAN1 Support', '1=Enabled|0=Disabled'),
    option('Onboard LAN2 Support', '1=Enabled|0=Disabled'),
    option('Onboard LAN Option ROM Type', '0=Legacy|1=EFI'),
    option('Onboard LAN1 Option ROM', '0=Disabled|1=PXE|2=iSCSI', 'PXE', {
      workIf: '( 1 != Onboard LAN Option ROM Type )  and  ( 0 != Onboard LAN1 Support )',
    }),
    option('Onboard LAN2 Option ROM', '0=Disabled|1=PXE', 'Disabled', {
      workIf:
        '( 1 != Onboard LAN Option ROM Type )  and  (  ( 0 != Onboard LAN2 Support )  &&  ( Onboard LAN1 Option ROM <= 1 )  )',
    }),
    ...networkStack(),
  ])
}
