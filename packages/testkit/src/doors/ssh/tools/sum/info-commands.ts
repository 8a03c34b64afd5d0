import { boardDmi } from '../../../../world/dmi.ts'
import type { Call } from './call.ts'
import { SumError } from './exit.ts'

const DCMS = 'SFT-DCMS-SINGLE'

/** `GetBiosInfo`: dotted leaders to column 40 (captured with 2.14). In-band the system is `localhost`. */
export function getBiosInfo({ process, io }: Call): number {
  const { model } = process.host.machine
  io.out(
    block(40, [
      ['Managed system', 'localhost'],
      ['    Board ID', model.setup?.boardId ?? ''],
      ['    BIOS build date', slashed(model.biosDate)],
      ['    BIOS version', model.biosVersion],
    ]),
  )
  return 0
}

/** `GetBmcInfo`: column 25 (captured with 2.10). UFFN, type and build date are assumed. */
export function getBmcInfo({ process, io }: Call): number {
  const { model, bmc } = process.host.machine
  io.out(
    block(25, [
      ['Managed system', 'localhost'],
      ['    BMC UFFN', `BMC_${model.board}-STD_20230101_${bmc.firmwareVersion}_STDsp`],
      ['    BMC type', `${model.biosFamily}_ATEN_AST2500`],
      ['    BMC version', bmc.firmwareVersion],
      ['    BMC ext. version', '01 00 00 (P)'],
      ['    BMC build date', '2023/01/01'],
    ]),
  )
  return 0
}

/** `CheckOOBSupport`, as captured with 2.10 (supermicro-product-key#2). */
export function checkOobSupport({ process, io }: Call): number {
  const { model, bmc } = process.host.machine
  const activated = bmc.licences.find((key) => key === DCMS || key === 'SFT-OOB-LIC')
  const has = activated === undefined ? 'No' : 'Yes'
  io.out(
    [
      '[KEY]\n',
      block(33, [
        ['Node Product Key Format', 'Non-JSON'],
        ['Node Product Key Activated', activated ?? 'N/A'],
        ['Feature Toggled On', has],
      ]),
      '\n[BMC]\n',
      block(33, [
        ['BMC FW Version', bmc.firmwareVersion],
        ['BMC Supports OOB BIOS Config', 'Yes'],
        ['BMC Supports OOB DMI Edit', 'Yes'],
      ]),
      '\n[BIOS]\n',
      block(33, [
        ['Board ID', model.setup?.boardId ?? ''],
        ['BIOS Build Date', slashed(model.biosDate)],
        ['BIOS Supports OOB BIOS Config', 'Yes'],
        ['BIOS Supports OOB DMI Edit', 'Yes'],
      ]),
    ].join(''),
  )
  return 0
}

/** `QueryProductKey`: one line per key and their number (captured). */
export function queryProductKey({ process, io }: Call): number {
  const { licences } = process.host.machine.bmc
  const lines = licences.map((key, index) =>
    key === 'SFT-OOB-LIC'
      ? `[${index}] OOB`
      : `[${index}] ${key}, version: none, invoice: none, creation date: 2020/12/30 12:00:00(Key is good.)`,
  )
  io.out([...lines, `Number of product keys: ${licences.length}`, ''].join('\n'))
  return 0
}

/** `ActivateProductKey --key K`: six groups of four hex digits open OOB, base64 DCMS. Whether a key is genuine is not simulated. */
export async function activateProductKey({ process, io, values }: Call): Promise<number> {
  const file = values.get('--key_file')
  const key = values.get('--key') ?? (file === undefined ? undefined : (await process.readFile(file)).toString().trim())
  if (key === undefined) throw new SumError(5, ['Option --key or --key_file is required.'])
  const isOob = /^(?:[0-9A-F]{4}-){5}[0-9A-F]{4}$/i.test(key)
  if (!isOob && !/^[A-Za-z0-9+/]{40,}={0,2}$/.test(key)) throw new SumError(11, ['The product key is not valid.'])
  const licence = isOob ? 'SFT-OOB-LIC' : DCMS
  const { licences } = process.host.machine.bmc
  io.effect(() => {
    if (!licences.includes(licence)) licences.push(licence)
  })
  io.out(`Node product key (${isOob ? 'OOB' : licence}) is activated for localhost.\n`)
  return 0
}

/** `GetDmiInfo`: `[section]` and `item {code} = value` lines (Supermicro Update Manager user's guide). The selection is the lab's. */
export function getDmiInfo({ process, io }: Call): number {
  const dmi = boardDmi(process.host.machine)
  const sections: readonly (readonly [string, readonly (readonly [string, string, string])[]])[] = [
    [
      'System',
      [
        ['Manufacturer', 'SYMF', dmi.systemManufacturer],
        ['Product Name', 'SYPD', dmi.systemProduct],
        ['Version', 'SYVS', dmi.systemVersion],
        ['Serial Number', 'SYSN', dmi.systemSerial],
        ['UUID', 'SYUU', dmi.systemUuid.toUpperCase()],
      ],
    ],
    [
      'Base Board',
      [
        ['Manufacturer', 'BBMF', dmi.boardManufacturer],
        ['Product Name', 'BBPD', dmi.boardProduct],
        ['Version', 'BBVS', dmi.boardVersion],
        ['Serial Number', 'BBSN', dmi.boardSerial],
      ],
    ],
    ['Chassis', [['Serial Number', 'CHSN', dmi.chassisSerial]]],
  ]
  io.out(
    sections
      .map(
        ([title, items]) =>
          `[${title}]\n${items.map(([name, code, value]) => `${name.padEnd(20)} {${code}} = "${value}"\n`).join('')}\n`,
      )
      .join(''),
  )
  return 0
}

/** `CheckAssetInfo`: what the board is and has. Sections and labels are assumed. */
export function checkAssetInfo({ process, io }: Call): number {
  const { model } = process.host.machine
  const dmi = boardDmi(process.host.machine)
  io.out(
    [
      'System\n======\n',
      block(25, [
        ['  Product Name', dmi.systemProduct],
        ['  Serial Number', dmi.systemSerial],
      ]),
      '\nBaseboard\n=========\n',
      block(25, [
        ['  Product Name', dmi.boardProduct],
        ['  Serial Number', dmi.boardSerial],
        ['  Board ID', model.setup?.boardId ?? ''],
      ]),
      '\nCPU\n===\n',
      block(25, [['  CPU Version', model.cpu.model]]),
    ].join(''),
  )
  return 0
}

function block(column: number, rows: readonly (readonly [string, string])[]): string {
  return rows.map(([label, value]) => `${label.padEnd(column, '.')}${value}\n`).join('')
}

/** `02/21/2020` → `2020/02/21`. */
function slashed(date: string): string {
  return date.replace(/^(\d+)\/(\d+)\/(\d+)$/, '$3/$1/$2')
}
