import type { BiosValue } from '../../../../world/model.ts'
import type { Form, Menu, MenuEntry, Note, Setting } from '../../../../world/supermicro/menu.ts'
import { ordersOf, pathOf, type Step } from '../../../../world/supermicro/place.ts'

/**
 * The configuration file of a board, to be written as ISO-8859-1: element by element in the order and layout of the public files of an
 * X11DPH-T, X11SCH-F and X11SCM-F (ironlib, bmclib). Lines end with LF, but help texts keep the CR LF that the BIOS has in them.
 */
export function exportConfiguration(parts: {
  readonly menus: readonly Menu[]
  readonly values: ReadonlyMap<string, BiosValue>
  /** e.g. `Supermicro Update Manager 2.5.0 (2020/07/22)`. */
  readonly title: string
  readonly at: number
}): string {
  const orders = ordersOf(parts.menus)
  const stepOf = (entry: Menu | Setting): Step => ({ name: entry.name, order: orders.get(entry) })

  const entryLines = (entry: MenuEntry, above: readonly Step[], pad: string): string[] => {
    if (entry.kind === 'menu') {
      const steps = [...above, stepOf(entry)]
      return [
        `${pad}<Menu ${nameOf(stepOf(entry))}>`,
        ...menuInformation(entry, above.length === 0).map((line) => `${pad}  ${line}`),
        ...entry.entries.flatMap((each) => entryLines(each, steps, `${pad}  `)),
        `${pad}</Menu>`,
      ]
    }
    if (entry.kind !== 'setting') return noteLines(entry).map((line) => `${pad}${line}`)
    const step = stepOf(entry)
    const value = parts.values.get(pathOf([...above, step])) ?? ''
    return settingLines(entry, step, value).map((line) => `${pad}${line}`)
  }

  const generated = new Date(parts.at).toISOString().replace('T', '_').slice(0, 19)
  return [
    '<?xml version="1.0" encoding="ISO-8859-1" standalone="yes"?>',
    '<BiosCfg>',
    `  <!--${parts.title}-->`,
    `  <!--File generated at ${generated}-->`,
    ...parts.menus.flatMap((menu) => entryLines(menu, [], '  ')),
    '</BiosCfg>',
    '',
  ].join('\n')
}

/** Pages of the setup itself have none. */
function menuInformation({ help, workIf }: Menu, isPage: boolean): readonly string[] {
  if (isPage) return ['<Information />']
  return [
    '<Information>',
    `  <Help>${cdata(help)}</Help>`,
    ...workIfLines(workIf).map((line) => `  ${line}`),
    '</Information>',
  ]
}

function noteLines({ kind, text, validIf }: Note): readonly string[] {
  const tag = kind === 'subtitle' ? 'Subtitle' : 'Text'
  return [`<${tag}>${escaped(text)}</${tag}>`, ...(validIf === undefined ? [] : [`<!--Valid if: ${validIf}-->`])]
}

function settingLines(setting: Setting, step: Step, value: BiosValue): readonly string[] {
  const { form } = setting
  const own = attributeOf(form, value)
  return [
    `<Setting ${nameOf(step)}${own === '' ? '' : ` ${own}`} type="${form.type}">`,
    ...(form.type === 'CheckBox' ? ['  <!--Checked/Unchecked-->'] : []),
    '  <Information>',
    ...informationOf(setting, value).map((line) => `    ${line}`),
    '  </Information>',
    ...contentOf(form, value).map((line) => `  ${line}`),
    '</Setting>',
  ]
}

/** Texts and passwords have no value attribute. */
function attributeOf(form: Form, value: BiosValue): string {
  if (form.type === 'Option') return `selectedOption="${escaped(String(value))}"`
  if (form.type === 'CheckBox') return `checkedStatus="${value}"`
  return form.type === 'Numeric' ? `numericValue="${value}"` : ''
}

function informationOf({ form, help, workIf, licence }: Setting, value: BiosValue): readonly string[] {
  const conditions = [
    ...workIfLines(workIf),
    ...(licence === undefined ? [] : [`<LicenseRequirement>${licence}</LicenseRequirement>`]),
  ]
  const helpLine = `<Help>${cdata(help)}</Help>`
  switch (form.type) {
    case 'Option':
      return [
        '<AvailableOptions>',
        ...form.options.map(({ code, text }) => `  <Option value="${code}">${escaped(text)}</Option>`),
        '</AvailableOptions>',
        `<DefaultOption>${escaped(form.preset)}</DefaultOption>`,
        helpLine,
        ...conditions,
      ]
    case 'CheckBox':
      return [`<DefaultStatus>${form.preset}</DefaultStatus>`, helpLine, ...conditions]
    case 'Numeric':
      return [
        `<MaxValue>${form.max}</MaxValue>`,
        `<MinValue>${form.min}</MinValue>`,
        `<StepSize>${form.step}</StepSize>`,
        `<DefaultValue>${form.preset}</DefaultValue>`,
        helpLine,
        ...conditions,
      ]
    case 'String':
      return [
        '<MinSize>0</MinSize>',
        `<MaxSize>${form.max}</MaxSize>`,
        '<DefaultString></DefaultString>',
        helpLine,
        '<AllowingMultipleLine>False</AllowingMultipleLine>',
        ...conditions,
      ]
    case 'Password':
      // Its help is no CDATA.
      return [
        `<Help>${escaped(help)}</Help>`,
        ...conditions,
        `<MinSize>${form.min}</MinSize>`,
        `<MaxSize>${form.max}</MaxSize>`,
        `<HasPassword>${value === '' ? 'False' : 'True'}</HasPassword>`,
      ]
  }
}

function contentOf(form: Form, value: BiosValue): readonly string[] {
  if (form.type === 'String') return [`<StringValue>${cdata(String(value))}</StringValue>`]
  if (form.type !== 'Password') return []
  return ['<NewPassword><![CDATA[]]></NewPassword>', '<ConfirmNewPassword><![CDATA[]]></ConfirmNewPassword>']
}

function workIfLines(workIf: string | undefined): readonly string[] {
  return workIf === undefined ? [] : [`<WorkIf>${cdata(workIf)}</WorkIf>`]
}

function nameOf({ name, order }: Step): string {
  return `name="${escaped(name)}"${order === undefined ? '' : ` order="${order}"`}`
}

function cdata(text: string): string {
  return `<![CDATA[${text}]]>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
