import {
  checkBox,
  enable,
  enableAuto,
  menu,
  note,
  numeric,
  option,
  subtitle,
  type Menu,
  type MenuEntry,
} from '../supermicro/menu.ts'

const VTD = 'Intel® VT for Directed I/O (VT-d)'
const BIFURCATION = '0=x4x4x4x4|1=x4x4x8|2=x8x4x4|3=x8x8|4=x16|255=Auto'

/**
 * `Chipset Configuration` of the boards for Xeon Scalable, after the configuration file of an X11DPH-T (ironlib). The menu of VT-d
 * holds a setting of its own name, and each port of a CPU one of the same.
 */
export function spChipsetMenu(parts: { readonly cpus: number; readonly ports: readonly string[] }): Menu {
  return menu('Chipset Configuration', [
    note('WARNING: Setting wrong values in below sections may cause system to malfunction.'),
    menu('North Bridge', [upiMenu(), memoryMenu(), iioMenu(parts)]),
    menu('South Bridge', [
      subtitle('USB Module Version(18)'),
      option('Legacy USB Support', '0=Enabled|1=Disabled|2=Auto', 'Enabled'),
      option('XHCI Hand-off', '1=Enabled|0=Disabled', 'Enabled'),
      option('Port 60/64 Emulation', '0=Disabled|1=Enabled', 'Enabled'),
      option('PCIe PLL SSC', '255=Disable|5=Enable', 'Disable'),
    ]),
  ])
}

function upiMenu(): Menu {
  return menu('UPI Configuration', [
    option('Degrade Precedence', '0=Topology Precedence|1=Feature Precedence'),
    enableAuto('Link L0p Enable', 'Auto'),
    enableAuto('Link L1 Enable', 'Auto'),
    option('IO Directory Cache (IODC)', '0=Disable|1=Auto|2=Enable for Remote InvItoM Hybrid Push', 'Auto'),
    enableAuto('SNC', 'Disable', { help: 'Sub NUMA Clusters: 1-cluster or 2-clusters.' }),
    enable('XPT Prefetch', 'Disable'),
    enable('KTI Prefetch', 'Enable'),
    option('Local/Remote Threshold', '0=Disable|1=Auto|2=Low|3=Medium|4=High', 'Auto'),
    enableAuto('Stale AtoS', 'Auto'),
    enableAuto('LLC Dead Line Alloc', 'Enable'),
    enableAuto('Isoc Mode', 'Auto'),
  ])
}

function memoryMenu(): Menu {
  return menu('Memory Configuration', [
    option('Enforce POR', '0=POR|2=Disable'),
    option('PPR Type', '3=Auto|1=Hard PPR|2=Soft PPR|0=PPR Disabled', 'Hard PPR'),
    option(' Operation Mode', '0=Test Only|1=Test and Repair', 'Test and Repair'),
    option('Memory Frequency', '0=Auto|9=1866|10=2000|11=2133|13=2400|15=2666|17=2933'),
    option('Data Scrambling for DDR4', '2=Auto|0=Disable|1=Enable'),
    option('Panic and High Watermark', '2=1/2|9=8/9'),
    option('2x Refresh', '0=Auto|1=Enable'),
    option('Page Policy', '3=Auto|1=Closed|2=Adaptive'),
    option('IMC Interleaving', '0=Auto|1=1-way Interleave|2=2-way Interleave'),
    menu('Memory Topology', [note('P1-DIMMA1: 2933MT/s Samsung DRx4 32GB RDIMM')]),
    menu('Memory RAS Configuration', [
      option('Static Virtual Lockstep Mode', '0=Disable|3=Enable'),
      option('Mirror mode', '0=Disable|1=Mirror Mode 1LM|2=Mirror Mode 2LM'),
      enable('Memory Rank Sparing', 'Disable', { workIf: '( 1 != Mirror mode )  &&  ( 1 != 0 )' }),
      option('Multi Rank Sparing', '1=One Rank|2=Two Rank', 'Two Rank', { workIf: ' 0 != Memory Rank Sparing ' }),
      numeric('Correctable Error Threshold', '1..32767/1', '512'),
      enable('SDDC', 'Disable'),
      enable('ADC Sparing', 'Disable'),
      enable('Patrol Scrub', 'Enable', { help: 'Enable/Disable Patrol Scrub.' }),
      numeric('Patrol Scrub Interval', '0..24/0', '24', {
        workIf: ' 0 != Patrol Scrub ',
        help: 'Selects the number of hours (1-24) required to complete\r\na full scrub. A value of zero means auto!',
      }),
    ]),
  ])
}

function iioMenu({ cpus, ports }: { readonly cpus: number; readonly ports: readonly string[] }): Menu {
  const worksWithVtd = { workIf: ` 0 != ${VTD}$2 ` }
  return menu('IIO Configuration', [
    enable('EV DFX Features', 'Disable'),
    ...Array.from({ length: cpus }, (_, index) => cpuMenu(index + 1, ports)),
    menu('IOAT Configuration', [
      option('Disable TPH', '0=No|1=Yes'),
      option('Prioritize TPH', '1=Enable|0=Disable', 'Disable', { workIf: ' 1 != Disable TPH ' }),
      enable('Relaxed Ordering', 'Disable'),
    ]),
    menu(
      VTD,
      [
        option(VTD, '1=Enable|0=Disable', 'Enable', {
          help: 'Enable/Disable Intel® Virtualization Technology for\r\nDirected I/O (VT-d) up to 85°C ambient.',
        }),
        option('ACS Control', '1=Enable|0=Disable', 'Enable', worksWithVtd),
        option('Interrupt Remapping', '1=Enable|0=Disable', 'Enable', worksWithVtd),
        option('PassThrough DMA', '1=Enable|0=Disable', 'Enable', worksWithVtd),
        option('ATS', '1=Enable|0=Disable', 'Enable', worksWithVtd),
        option('Posted Interrupt', '1=Enable|0=Disable', 'Enable', worksWithVtd),
        option('Coherency Support (Non-Isoch)', '1=Enable|0=Disable', 'Enable', worksWithVtd),
      ],
      { help: 'Press <Enter> to bring up the Intel® VT for Directed I/O\r\n(VT-d) Configuration menu.' },
    ),
    menu('Intel® VMD Technology', [
      enable('Intel® VMD for Volume Management Device', 'Disable'),
      checkBox('VMD Hot Plug', 'Unchecked', { workIf: ' 0 != Intel® VMD for Volume Management Device ' }),
    ]),
    option('PCI-E Completion Timeout Disable', '1=Yes|0=No|2=Per-Port', 'No'),
  ])
}

/** Each CPU has the same again, so that nearly every name in it has an order. */
function cpuMenu(cpu: number, ports: readonly string[]): Menu {
  const iou = ['IOU0 (IIO PCIe Br1)', 'IOU1 (IIO PCIe Br2)', 'IOU2 (IIO PCIe Br3)']
  const entries: MenuEntry[] = [
    ...iou.map((name) => option(name, BIFURCATION, 'Auto')),
    ...ports.map((port) =>
      menu(`CPU${cpu} ${port}`, [
        option('Link Speed', '0=Auto|1=Gen 1 (2.5 GT/s)|2=Gen 2 (5 GT/s)|3=Gen 3 (8 GT/s)'),
        option('PCI-E Port Max Payload Size', '0=128B|1=256B|2=Auto', 'Auto'),
      ]),
    ),
  ]
  return menu(`CPU${cpu} Configuration`, entries)
}
