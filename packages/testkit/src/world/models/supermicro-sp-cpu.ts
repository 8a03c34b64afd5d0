import { enable, enableAuto, menu, numeric, option, subtitle, type Menu } from '../supermicro/menu.ts'

const custom = '( 2 == Power Technology )'
/** Menus have conditions too. */
const whenCustom = { workIf: '  2 == Power Technology  ' }

/**
 * `CPU Configuration` of the boards for Xeon Scalable: names, codes and conditions as in the configuration files of an X11DPH-T and an
 * X11DPT-B (ironlib, go-hal). The codes of Hyper-Threading are the wrong way round there too.
 */
export function spCpuMenu(parts: { readonly cores: number }): Menu {
  return menu('CPU Configuration', [
    subtitle('Processor Configuration'),
    option('Hyper-Threading [ALL]', '1=Disable|0=Enable', 'Enable', {
      help: 'Enables Hyper Threading (Software Method to Enable/Disable\r\nLogical Processor threads).',
    }),
    numeric('Cores Enabled', `0..${parts.cores}/1`, '0', { help: 'Number of Cores to Enable. 0 means all cores.' }),
    enableAuto('Monitor/Mwait', 'Auto', { help: 'Enable or Disable the Monitor/Mwait instruction.' }),
    enable('Execute Disable Bit', 'Enable'),
    enable('Intel Virtualization Technology', 'Enable', {
      help: 'When enabled, a VMM can utilize the additional hardware\r\ncapabilities provided by Vanderpool Technology.',
    }),
    option('PPIN Control', '0=Lock/Disable|1=Unlock/Enable', 'Unlock/Enable'),
    option('Hardware Prefetcher', '1=Enable|0=Disable', 'Enable'),
    option('Adjacent Cache Prefetch', '1=Enable|0=Disable', 'Enable'),
    option('DCU Streamer Prefetcher', '1=Enable|0=Disable', 'Enable'),
    option('DCU IP Prefetcher', '1=Enable|0=Disable', 'Enable'),
    enable('LLC Prefetch', 'Disable'),
    enable('Extended APIC', 'Disable'),
    enable('AES-NI', 'Enable'),
    powerMenu(),
  ])
}

function powerMenu(): Menu {
  return menu('Advanced Power Management Configuration', [
    option('Power Technology', '0=Disable|1=Energy Efficient|2=Custom', 'Energy Efficient', {
      help: 'Enable processor power management features.\r\nCustom opens the menus below.',
    }),
    option('Power Performance Tuning', '0=OS Controls EPB|1=BIOS Controls EPB', 'OS Controls EPB', {
      workIf: `${custom}  and  ( 2 != Hardware P-States )`,
    }),
    option(
      'ENERGY_PERF_BIAS_CFG mode',
      '3=Maximum Performance|0=Performance|7=Balanced Performance|8=Balanced Power|15=Power|240=Max Power Efficient',
      'Balanced Performance',
      { workIf: `${custom}  and  ( 0 != Power Performance Tuning )` },
    ),
    menu(
      'CPU P State Control',
      [
        enable('SpeedStep (P-States)', 'Enable'),
        option('EIST PSD Function', '0=HW_ALL|1=SW_ALL|2=SW_ANY', 'HW_ALL', {
          workIf: '  0 != SpeedStep (P-States)  ',
        }),
        enable('Turbo Mode', 'Enable', { workIf: '  0 != SpeedStep (P-States)  ' }),
      ],
      whenCustom,
    ),
    menu(
      'Hardware PM State Control',
      [
        option(
          'Hardware P-States',
          '0=Disable|1=Native Mode|2=Out of Band Mode|3=Native Mode with No Legacy Support',
          'Disable',
        ),
      ],
      whenCustom,
    ),
    menu(
      'CPU C State Control',
      [
        enable('Autonomous Core C-State', 'Disable'),
        option('CPU C6 report', '0=Disable|1=Enable|255=Auto', 'Auto', { workIf: '  1 != Autonomous Core C-State  ' }),
        enable('Enhanced Halt State (C1E)', 'Enable', { workIf: '  1 != Autonomous Core C-State  ' }),
      ],
      whenCustom,
    ),
    menu(
      'Package C State Control',
      [
        option(
          'Package C State',
          '0=C0/C1 state|1=C2 state|2=C6(non Retention) state|3=C6(Retention) state|7=No Limit|255=Auto',
          'Auto',
        ),
      ],
      whenCustom,
    ),
    menu('CPU T State Control', [enable('Software Controlled T-States', 'Enable')], whenCustom),
  ])
}
