import {
  checkBox,
  enabled,
  menu,
  note,
  numeric,
  option,
  password,
  subtitle,
  text,
  type Menu,
  type MenuEntry,
} from '../supermicro/menu.ts'

/** Which board and BIOS it is: the only place in a configuration file that says so. */
export function mainMenu(board: string, version: string, date: string, memoryMiB: number): Menu {
  return menu('Main', [
    subtitle(),
    subtitle(),
    subtitle(`Supermicro ${board}`),
    note(`BIOS Version(${version})`),
    note(`Build Date(${date})`),
    note('CPLD Version(02.B6.04)'),
    subtitle(),
    subtitle('Memory Information'),
    note(`Total Memory(${memoryMiB} MB)`),
  ])
}

/** `Boot Feature`: quiet boot is a check box, the F1 prompt has quotes in its name (ironlib's X11DPH-T and X11SCH-F). */
export function bootFeatureMenu(): Menu {
  return menu('Boot Feature', [
    subtitle(),
    checkBox('Quiet Boot', 'Checked', { help: 'Enables or disables Quiet Boot option' }),
    subtitle(),
    option('Option ROM Messages', '1=Force BIOS|0=Keep Current'),
    option('Bootup NumLock State', '1=On|0=Off'),
    enabled('Wait For "F1" If Error', 'Enabled', {
      help: 'Enable- BIOS waits for "F1" if some error happens.\r\nDisable- BIOS will continue to POST.',
    }),
    option('INT19 Trap Response', '1=Immediate|0=Postponed'),
    option('Re-try Boot', '0=Disabled|1=Legacy Boot|2=EFI Boot'),
    subtitle('Power Configuration'),
    enabled('Watch Dog Function', 'Disabled'),
    option('Restore on AC Power Loss', '0=Stay Off|1=Power On|2=Last State', 'Last State', {
      help: 'Stay Off: System always remains off.\r\nPower On: System always turns on.\r\nLast State: System returns to previous state before AC lost.',
    }),
    option('Power Button Function', '1=Instant Off|0=4 Seconds Override'),
  ])
}

/** COM1, SOL and EMS have the same names, told apart by their order alone. */
export function consoleMenu(): Menu {
  const port = () => [
    checkBox('VT-UTF8 Combo Key Support', 'Checked'),
    checkBox('Recorder Mode', 'Unchecked'),
    checkBox('Resolution 100x31', 'Checked'),
    option('Putty KeyPad', '1=VT100|2=LINUX|4=XTERMR6|8=SCO|16=ESCN|32=VT400'),
  ]
  const settings = (order: number) =>
    menu(
      'Console Redirection Settings',
      [
        option('Terminal Type', '0=VT100|1=VT100+|2=VT-UTF8|3=ANSI', 'VT100+'),
        option('Bits per second', '3=9600|4=19200|5=38400|6=57600|7=115200', '115200'),
        option('Data Bits', '7=7|8=8', '8'),
        option('Parity', '1=None|2=Even|3=Odd|4=Mark|5=Space'),
        option('Stop Bits', '1=1|3=2'),
        option('Flow Control', '0=None|1=Hardware RTS/CTS'),
        ...port(),
      ],
      { workIf: ` ( 0 != Console Redirection$${order} ) ` },
    )
  const ems = { workIf: ' 0 != Console Redirection$3 ' }
  return menu('Serial Port Console Redirection', [
    subtitle('COM1'),
    checkBox('Console Redirection', 'Unchecked', { help: 'Console Redirection Enable or Disable.' }),
    settings(1),
    subtitle('SOL'),
    checkBox('Console Redirection', 'Checked', { help: 'Console Redirection Enable or Disable.' }),
    settings(2),
    option('Legacy Serial Redirection Port', '0=COM1|1=SOL/COM2'),
    subtitle('Serial Port for Out-of-Band Management/'),
    checkBox('Console Redirection', 'Unchecked', { help: 'Console Redirection Enable or Disable.' }),
    menu(
      'Console Redirection Settings',
      [
        option('Out-of-Band Mgmt Port', '0=COM1|1=SOL/COM2'),
        option('Terminal Type', '0=VT100|1=VT100+|2=VT-UTF8|3=ANSI', 'VT-UTF8', ems),
        option('Bits per second', '3=9600|4=19200|6=57600|7=115200', '115200', ems),
        option('Flow Control', '0=None|1=Hardware RTS/CTS|2=Software Xon/Xoff', 'None', ems),
      ],
      { workIf: '  0 != Console Redirection$3  ' },
    ),
  ])
}

/** Two blanks before names that stand below another one in the setup. */
export function trustedComputingMenu(more: readonly MenuEntry[] = []): Menu {
  const works = { workIf: ' 0 !=   Security Device Support ' }
  return menu('Trusted Computing', [
    subtitle('Configuration'),
    option('  Security Device Support', '0=Disable|1=Enable', 'Enable', {
      help: 'Enables or Disables BIOS support for security device.\r\nO.S. will not show Security Device.',
    }),
    note('  Active PCR banks(SHA256)', ' 0 !=   Security Device Support '),
    option('  SHA256 PCR Bank', '0=Disabled|2=Enabled', 'Enabled'),
    option('  Pending Operation', '0=None|1=TPM Clear', 'None', works),
    enabled('  Platform Hierarchy', 'Enabled', works),
    enabled('  Storage Hierarchy', 'Enabled', works),
    enabled('  Endorsement Hierarchy', 'Enabled', works),
    enabled('  PH Randomization', 'Disabled'),
    enabled('SMCI BIOS-Based TPM Provision Support', 'Disabled', { licence: 'SFT-DCMS-SINGLE' }),
    ...more,
  ])
}

/** Both settings are texts. */
export function httpBootMenu(): Menu {
  return menu('HTTP BOOT Configuration', [
    enabled('HTTP Boot One Time', 'Disabled'),
    text('Input the description', 74),
    text('Boot URI', 254, { help: 'A new Boot Option will be created according to this Boot URI.' }),
  ])
}

/** What the network stack of the firmware does: page or part of a page, by board. */
export function networkStack(): readonly MenuEntry[] {
  const works = { workIf: ' 0 != Network Stack ' }
  return [
    enabled('Network Stack', 'Enabled', { help: 'Enable/Disable UEFI Network Stack' }),
    enabled('IPv4 PXE Support', 'Enabled', works),
    enabled('IPv4 HTTP Support', 'Disabled', works),
    enabled('IPv6 PXE Support', 'Enabled', works),
    enabled('IPv6 HTTP Support', 'Disabled', works),
    numeric('PXE boot wait time', '0..5/1', '0', works),
    numeric('Media detect count', '1..50/1', '1', works),
  ]
}

export function eventLogsMenu(): Menu {
  const works = { workIf: '( 0 != SMBIOS Event Log )' }
  return menu('Event Logs', [
    menu('Change SMBIOS Event Log Settings', [
      subtitle('Enabling/Disabling Options'),
      enabled('SMBIOS Event Log', 'Enabled'),
      option('Erase Event Log', '0=No|1=Yes, Next reset|2=Yes, Every reset', 'No', works),
      option('When Log is Full', '0=Do Nothing|1=Erase Immediately', 'Do Nothing', works),
      option('Log System Boot Event', '1=Enabled|0=Disabled', 'Disabled', works),
      numeric('MECI', '1..255/1', '1', works),
      numeric('METW', '0..99/1', '60', works),
    ]),
    menu('View SMBIOS Event Log', []),
  ])
}

/** Passwords have no value in a file, only whether there is one. */
export function securityMenu(): Menu {
  return menu('Security', [
    note('Administrator Password(Not Installed)', ' 0 == Administrator Password '),
    note('Administrator Password(Installed)', ' 0 != Administrator Password '),
    subtitle('Password Description'),
    password('Administrator Password', { help: 'Set Administrator Password' }),
    password('User Password', { help: 'Set User Password', workIf: ' 0 != Administrator Password ' }),
    option('Password Check', '0=Setup|1=Always'),
    menu('SMC Secure Boot Configuration', [
      enabled('Secure Boot', 'Disabled', {
        help: 'Secure Boot feature is Active if Secure Boot is Enabled,\r\nPlatform Key(PK) is enrolled and the System is in User mode.',
      }),
      option('Reset Keys Type', '0=Disabled|1=Reset all keys to default|2=Delete all keys|3=Delete PK key'),
      option('Secure Boot Mode', '0=Setup|1=User|2=Audit'),
    ]),
  ])
}
