import { settingNames } from '../bios/settings.ts'
import type { BoardingRules } from '../devices/boarding.ts'
import type { DeviceType } from '../devices/device-type.ts'
import { forPeople } from './durations.ts'
import { plain, styleOf } from './style.ts'

/** All that a device type says, its template and rules resolved. */
export function deviceLines(type: DeviceType, { colour = false }: { readonly colour?: boolean } = {}): string[] {
  const { loud, quiet, busy } = styleOf(colour)
  const section = (head: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : ['', quiet(head), ...lines.map((line) => `  ${plain(line)}`)]
  return [
    `${loud(plain(type.name))}  ${plain(type.description)}`,
    ...(type.incomplete === undefined ? [] : [busy(`incomplete: ${plain(type.incomplete)}`)]),
    ...section('machine', machine(type)),
    ...section('hardware (shown, compared with nothing)', pairs(type.hardware)),
    ...section('BIOS template', template(type)),
    ...section('never changed', type.bios.preserve.length === 0 ? [] : [type.bios.preserve.join(', ')]),
    ...section('BMC', bmc(type)),
    ...section('boarding rules', boarding(type.boarding)),
    ...section('steps', steps(type)),
  ]
}

function machine({ vendor, match, tools, tag, source }: DeviceType): string[] {
  return pairs({
    vendor,
    manufacturer: match.manufacturer,
    product: match.products?.join(' or '),
    board: match.boards?.join(' or '),
    architecture: match.architecture,
    tools: `${tools.bios} (BIOS), ${tools.ipmi} (BMC)`,
    tag,
    source,
  })
}

function template({ bios }: DeviceType): string[] {
  const settings = settingNames.flatMap((name): [string, string | number][] => {
    const value = bios.settings[name]
    return value === undefined ? [] : [[name, value]]
  })
  return [
    ...pairs(Object.fromEntries(settings)),
    ...Object.entries(bios.native).map(([name, value]) => `${name} = ${value}`),
    ...(bios.bootNic === undefined ? [] : [`boots from ${bios.bootNic}`]),
    ...(bios.allow.length === 0 ? [] : [`allowed: ${bios.allow.join(', ')}`]),
  ]
}

function bmc({ ipmi }: DeviceType): string[] {
  return [
    ...pairs({ 'LAN channel': ipmi.channel, proof: ipmi.proof, 'silent for up to': forPeople(ipmi.settleMs) }),
    ...pairs(ipmi.settings),
    ...ipmi.users.map(({ name, privilege, passwordSecret }) => `user ${name}: ${privilege}, secret ${passwordSecret}`),
  ]
}

function boarding({
  bios,
  native,
  biosPassword,
  bootOrder,
  bmc: rules,
  users,
  licence,
  advised,
}: BoardingRules): string[] {
  return [
    ...pairs({
      ...bios,
      'BIOS password': biosPassword,
      'boot order': bootOrder.length === 0 ? undefined : bootOrder.join(', '),
      ...rules,
      users: users.length === 0 ? undefined : users.join(', '),
      licence,
    }),
    ...Object.entries(native).map(([name, value]) => `${name} = ${value}`),
    ...(advised.length === 0 ? [] : [`only advised: ${advised.join(', ')}`]),
  ]
}

function steps({ steps: timings, reboots }: DeviceType): string[] {
  const limits = Object.entries(timings).map(([id, { expectedMs, attemptMs, totalMs }]): [string, string] => [
    id,
    [
      `about ${forPeople(expectedMs)}`,
      ...(attemptMs === undefined ? [] : [`at most ${forPeople(attemptMs)} an attempt`]),
      ...(totalMs === undefined ? [] : [`${forPeople(totalMs)} in all`]),
    ].join(', '),
  ])
  return pairs({ ...Object.fromEntries(limits), 'resets to apply the BIOS': reboots.biosApply })
}

/** Names and values in two columns; what is undefined is left out. */
function pairs(values: Readonly<Record<string, string | number | undefined>>): string[] {
  const known = Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))
  const widest = Math.max(0, ...known.map(([name]) => name.length))
  return known.map(([name, value]) => `${name.padEnd(widest)}  ${value}`)
}
