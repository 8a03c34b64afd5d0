/** Parts of exported files, as text; `latin1` makes the tool's bytes of them. */

/** The tool writes ISO-8859-1: a ® is one byte, 0xAE. */
export function latin1(text: string): Uint8Array {
  return Buffer.from(text, 'latin1')
}

/** A whole file. */
export function file(menus: string): Uint8Array {
  return latin1(`<?xml version="1.0" encoding="ISO-8859-1" standalone="yes"?>\n<BiosCfg>\n${menus}</BiosCfg>\n`)
}

interface Details {
  readonly order?: number
  readonly worksIf?: string
  readonly licence?: string
}

/** A setting of type Option; `options` as `code text`, with ` ; ` before an `Option ValidIf`. */
export function option(name: string, selected: string, options: readonly string[], details: Details = {}): string {
  const list = options.map((each) => {
    const [choice = '', validIf] = each.split(' ; ')
    const [, code, text] = /^(\d+) (.*)$/.exec(choice) ?? []
    const comment = validIf === undefined ? '' : `<!--Option ValidIf:   ${validIf}  -->\n`
    return `<Option value="${code}">${text}</Option>\n${comment}`
  })
  return setting(
    name,
    `selectedOption="${selected}" type="Option"`,
    `<AvailableOptions>\n${list.join('')}</AvailableOptions>\n`,
    details,
  )
}

/** A check box. */
export function checkBox(name: string, status: 'Checked' | 'Unchecked', details: Details = {}): string {
  return setting(name, `checkedStatus="${status}" type="CheckBox"`, '<DefaultStatus>Checked</DefaultStatus>\n', details)
}

/** A number with its range. */
export function numeric(name: string, value: string, [max, min, step]: readonly [string, string, string]): string {
  const range = `<MaxValue>${max}</MaxValue>\n<MinValue>${min}</MinValue>\n<StepSize>${step}</StepSize>\n`
  return setting(name, `numericValue="${value}" type="Numeric"`, range, {})
}

/** Any setting: its own attributes, and what its `Information` holds. */
export function setting(name: string, attributes: string, information: string, details: Details): string {
  const { order, worksIf, licence } = details
  const conditions = worksIf === undefined ? '' : `<WorkIf><![CDATA[${worksIf}]]></WorkIf>\n`
  const needs = licence === undefined ? '' : `<LicenseRequirement>${licence}</LicenseRequirement>\n`
  const start = `<Setting name="${name}"${order === undefined ? '' : ` order="${order}"`} ${attributes}>`
  return `${start}\n<Information>\n${information}${conditions}${needs}</Information>\n</Setting>\n`
}

/** A menu with what is in it. */
export function menu(name: string, content: string, { order, worksIf }: Details = {}): string {
  const conditions = worksIf === undefined ? '' : `<WorkIf><![CDATA[${worksIf}]]></WorkIf>\n`
  const start = `<Menu name="${name}"${order === undefined ? '' : ` order="${order}"`}>`
  return `${start}\n<Information>\n${conditions}</Information>\n${content}</Menu>\n`
}

const ENABLE = ['0 Disable', '1 Enable']
const ENABLED = ['0 Disabled', '1 Enabled']
const MAIN = menu(
  'Main',
  '<Subtitle></Subtitle>\n<Subtitle>Supermicro X11DPT-B</Subtitle>\n<Text>BIOS Version(3.3)</Text>\n<Text>Build Date(02/24/2020)</Text>\n',
)
const boot = (order: number, first: string, second: string, mode: string) =>
  option('Boot Option #1', first, [`0 ${first}`, `1 ${second}`, '9 Disabled'], { order, worksIf: mode }) +
  option('Boot Option #2', second, [`0 ${first}`, `1 ${second}`, '9 Disabled'], { order, worksIf: mode })

/** A board of the kind X11DP: names, codes, conditions and the spelling of texts as on those boards. */
export function x11dp({
  mode = 'LEGACY',
  lan1 = 'PXE',
  quiet = 'Checked',
  power = 'Energy Efficient',
} = {}): Uint8Array {
  const powerMenus =
    option('Power Technology', power, ['0 Disable', '1 Energy Efficient', '2 Custom']) +
    menu(
      'CPU P State Control',
      option('SpeedStep (P-States)', 'Enable', ENABLE) +
        option('Turbo Mode', 'Enable', ENABLE, { worksIf: '  0 != SpeedStep (P-States)  ' }),
      { worksIf: '  2 == Power Technology  ' },
    ) +
    menu(
      'CPU C State Control',
      option('Autonomous Core C-State', 'Disable', ENABLE) +
        option('CPU C6 report', 'Auto', [...ENABLE, '255 Auto'], { worksIf: '  1 != Autonomous Core C-State  ' }) +
        option('Enhanced Halt State (C1E)', 'Enable', ENABLE, { worksIf: '  1 != Autonomous Core C-State  ' }),
      { worksIf: '  2 == Power Technology  ' },
    )
  const cpu =
    option('Hyper-Threading [ALL]', 'Enable', ['1 Disable', '0 Enable']) +
    numeric('Cores Enabled', '0', ['24', '0', '1']) +
    menu('Advanced Power Management Configuration', powerMenus)
  const lan =
    option('Onboard LAN Device', 'Enabled', ENABLED) +
    option(
      'Onboard LAN1 Option ROM',
      lan1,
      ['0 Disabled', '1 PXE ; 1 != Boot mode select', '2 iSCSI', '4 EFI ; 0 != Boot mode select'],
      { worksIf: '  0 != Onboard LAN Device  ' },
    ) +
    option('Onboard LAN2 Option ROM', 'Disabled', ['0 Disabled', '1 PXE ; 1 != Boot mode select'], {
      worksIf: ' ( 0 != Onboard LAN Device )  and  ( Onboard LAN1 Option ROM <= 1 ) ',
    }) +
    menu(
      'Network Stack Configuration',
      option('Network Stack', 'Disabled', ENABLED) +
        option('IPv4 PXE Support', 'Disabled', ENABLED, { worksIf: '  0 != Network Stack  ' }) +
        option('IPv6 PXE Support', 'Disabled', ENABLED, { worksIf: '  0 != Network Stack  ' }),
    )
  const sata = (which: string, order: number) =>
    option(`${which} Controller`, 'Enable', ENABLE) +
    option(`Configure ${which} as`, 'AHCI', ['0 AHCI', '1 RAID'], { worksIf: `  0 != ${which} Controller  ` }) +
    option('  Hot Plug', 'Enable', ENABLE, { order })
  return file(
    MAIN +
      menu(
        'Advanced',
        menu(
          'Boot Feature',
          checkBox('Quiet Boot', quiet === 'Checked' ? 'Checked' : 'Unchecked') +
            option('Wait For &quot;F1&quot; If Error', 'Enabled', ENABLED) +
            option('Re-try Boot', 'Disabled', ['0 Disabled', '1 Legacy Boot', '2 EFI Boot']) +
            option('Restore on AC Power Loss', 'Last State', ['0 Stay Off', '1 Power On', '2 Last State']),
        ) +
          menu('CPU Configuration', cpu) +
          menu(
            'Chipset Configuration',
            menu(
              'North Bridge',
              menu(
                'IIO Configuration',
                menu(
                  'Intel® VT for Directed I/O (VT-d)',
                  option('Intel® VT for Directed I/O (VT-d)', 'Enable', ['1 Enable', '0 Disable'], { order: 2 }) +
                    option('ACS Control', 'Enable', ENABLE, {
                      worksIf: '  0 != Intel® VT for Directed I/O (VT-d)$2  ',
                    }),
                  { order: 1 },
                ),
              ),
            ),
          ) +
          menu('PCH SATA Configuration', sata('SATA', 1)) +
          menu('PCH sSATA Configuration', sata('sSATA', 2)) +
          menu('PCIe/PCI/PnP Configuration', option('SR-IOV Support', 'Disabled', ENABLED) + lan) +
          menu(
            'Serial Port Console Redirection',
            [1, 2]
              .map((order) => checkBox('Console Redirection', order === 2 ? 'Checked' : 'Unchecked', { order }))
              .join(''),
          ) +
          menu(
            'Trusted Computing',
            option('  Security Device Support', 'Enable', ENABLE) +
              option('  Pending Operation', 'None', ['0 None', '1 TPM Clear'], {
                worksIf: '  0 !=   Security Device Support  ',
              }),
          ),
      ) +
      menu(
        'Security',
        '<Setting name="Administrator Password" type="Password">\n<Information>\n<MinSize>3</MinSize>\n<MaxSize>20</MaxSize>\n<HasPassword>False</HasPassword>\n</Information>\n<NewPassword><![CDATA[]]></NewPassword>\n</Setting>\n' +
          option('Password Check', 'Setup', ['0 Setup', '1 Always'], { worksIf: ' 0 != Administrator Password ' }) +
          menu('SMC Secure Boot Configuration', option('Secure Boot', 'Disabled', ENABLED)),
      ) +
      menu(
        'Boot',
        option('Boot mode select', mode, ['0 LEGACY', '1 UEFI', '2 DUAL']) +
          boot(1, 'UEFI Network', 'UEFI Hard Disk', '  Boot mode select is not in 0 2 3 4 5   ') +
          boot(2, 'Network:IBA 40-10G Slot 1A00 v1066', 'Hard Disk', '  Boot mode select is not in 1 2 3 4 5   ') +
          boot(3, 'Hard Disk', 'UEFI Network', '  Boot mode select is not in 0 1 3 4 5   '),
      ),
  )
}
