import { FAULT_MODES, type FaultSpec } from '../faults.ts'
import type { Lab, LabServer } from '../lab.ts'
import type { Machine } from '../world/machine.ts'

const ACTS = [
  'power-off',
  'abort',
  'release',
  'allocate',
  'mark-broken',
  'exit-rescue',
  'revert-bios',
  'revert-bmc-address',
  'remove-tags',
  'enter-rescue',
] as const satisfies readonly Parameters<LabServer['intervene']>[0][]
const SWITCHES = ['biosPendingForever', 'newLeaseEachBoot'] as const
const ENDINGS = ['completes', 'fails', 'fails in part'] as const satisfies readonly Machine['quirks']['jobEnding'][]
const DURATIONS = ['post', 'boot', 'powerOn', 'powerOff', 'extraPostOnBiosChange', 'jobSettle', 'bmcReset'] as const

interface Verb {
  readonly usage: string
  readonly about: string
  readonly run: (lab: Lab, words: readonly string[]) => string
}

/** Everything a test can do to the lab, a person can do by these. */
const VERBS: Readonly<Record<string, Verb>> = {
  servers: { usage: 'servers', about: 'what each server is doing', run: serverTable },
  log: { usage: 'log [SERVER] [N]', about: 'the last N calls (20)', run: showLog },
  calls: {
    usage: 'calls',
    about: 'names of the calls so far, for "fault"',
    run: (lab) => lab.log.calls().join('\n') || 'none yet',
  },
  fault: {
    usage: 'fault once|always|N SERVER|* "CALL" MODE [delay=20s] [status=503]',
    about: 'e.g. fault once srv001 "ilorest commit" reply-lost-after-effect',
    run: setFault,
  },
  modes: {
    usage: 'modes "CALL"',
    about: 'faults that make sense for a call',
    run: (lab, [call = '']) => lab.faults.modesFor(call).join(', '),
  },
  faults: { usage: 'faults', about: 'faults that can still strike', run: showFaults },
  clear: { usage: 'clear', about: 'take all faults back', run: (lab) => (lab.faults.clear(), 'no faults') },
  do: { usage: `do SERVER ACT`, about: `as another person would: ${ACTS.join(', ')}`, run: intervene },
  set: {
    usage: 'set SERVER NAME VALUE',
    about: `on|off for ${SWITCHES.join(', ')}; a lab duration (600s) for ${DURATIONS.join(', ')}`,
    run: setQuirk,
  },
  quit: { usage: 'quit', about: 'end the lab', run: () => 'quit' },
}

/** One line per verb. */
export const commandHelp: string = Object.values(VERBS)
  .map(({ usage, about }) => `  ${usage}\n      ${about}`)
  .join('\n')

/** Runs one line typed by a person; the answer is text, `quit` to end the lab, empty for an empty line. Never throws. */
export function runCommand(lab: Lab, line: string): string {
  const [name, ...words] = split(line)
  if (name === undefined) return ''
  if (name === 'help') return commandHelp
  const verb = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined
  if (verb === undefined) return `unknown command '${name}'; there are: help, ${Object.keys(VERBS).join(', ')}`
  try {
    return verb.run(lab, words)
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\nusage: ${verb.usage}`
  }
}

/** Name, MAAS's id and status, model, power and phase, addresses. */
export function serverTable(lab: Lab): string {
  const rows = lab.world.machines.map((machine) => {
    const server = lab.server(machine.hostname)
    const host = machine.phase === 'up' ? (machine.boot?.address ?? '-') : '-'
    return [
      machine.hostname,
      server.systemId,
      String(server.maasRecord()['status_name']),
      machine.model.id,
      machine.phase,
      host,
      machine.bmc.network.address,
    ]
  })
  return columns([['server', 'system_id', 'MAAS status', 'model', 'phase', 'host', 'BMC'], ...rows])
}

function showLog(lab: Lab, words: readonly string[]): string {
  const count = Number(words.find((word) => /^\d+$/.test(word)) ?? 20)
  const server = words.find((word) => !/^\d+$/.test(word))
  if (server !== undefined) lab.server(server)
  const entries = lab.log.entries.filter((entry) => server === undefined || entry.server === server).slice(-count)
  if (entries.length === 0) return 'nothing yet'
  return columns(
    entries.map(({ at, server: about = '-', call, outcome, fault }) => [
      at.slice(11, 19),
      about,
      call,
      String(outcome),
      fault ?? '',
    ]),
  )
}

function setFault(lab: Lab, words: readonly string[]): string {
  const [times = '', server = '', call = '', mode = '', ...extras] = words
  if (server !== '*') lab.server(server)
  const known = FAULT_MODES.find((each) => each === mode)
  if (known === undefined) throw new Error(`'${mode}' is none of: ${FAULT_MODES.join(', ')}`)
  if (known === 'intervention') throw new Error(`Use 'do ${server} ACT' for what another person does`)
  const spec: FaultSpec = { ...(server === '*' ? {} : { server }), call, mode: known, ...extrasOf(extras) }
  if (times === 'once') lab.faults.once(spec)
  else if (times === 'always') lab.faults.always(spec)
  else if (/^[1-9]\d*$/.test(times)) lab.faults.times(Number(times), spec)
  else throw new Error(`'${times}' is neither once, always nor a number`)
  return `set: ${mode} on ${call}`
}

function extrasOf(extras: readonly string[]): Pick<FaultSpec, 'delayMs' | 'status'> {
  const found: { delayMs?: number; status?: number } = {}
  for (const extra of extras) {
    const [name, value = ''] = extra.split('=', 2)
    if (name === 'delay') found.delayMs = milliseconds(value)
    else if (name === 'status' && /^\d+$/.test(value)) found.status = Number(value)
    else throw new Error(`'${extra}' is neither delay=… nor status=…`)
  }
  return found
}

function showFaults(lab: Lab): string {
  const standing = lab.faults.standing()
  if (standing.length === 0) return 'none'
  const rows = standing.map(({ spec, left, hits }) => [
    spec.server ?? '*',
    spec.call,
    spec.mode,
    left === Infinity ? 'always' : `${left} more`,
    `struck ${hits}`,
  ])
  return columns(rows)
}

function intervene(lab: Lab, [server = '', act = '']: readonly string[]): string {
  const known = ACTS.find((each) => each === act)
  if (known === undefined) throw new Error(`'${act}' is none of: ${ACTS.join(', ')}`)
  lab.server(server).intervene(known)
  return `done: ${act}`
}

function setQuirk(lab: Lab, [server = '', name = '', value = '']: readonly string[]): string {
  const { quirks, durations }: Machine = lab.server(server).machine
  const onOff = SWITCHES.find((each) => each === name)
  const duration = DURATIONS.find((each) => each === name)
  const ending = ENDINGS.find((each) => each === value)
  if (onOff !== undefined && (value === 'on' || value === 'off')) quirks[onOff] = value === 'on'
  else if (name === 'jobEnding' && ending !== undefined) quirks.jobEnding = ending
  else if (duration !== undefined) durations[duration] = milliseconds(value)
  else throw new Error(`Cannot set '${name}' to '${value}'`)
  return `${server}: ${name} is ${value}`
}

/** `500ms`, `20s`, `10m`, `1h`. */
function milliseconds(text: string): number {
  const [, count, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? []
  const factor = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[unit ?? '']
  if (factor === undefined) throw new Error(`'${text}' is no duration such as 500ms, 20s or 10m`)
  return Number(count) * factor
}

/** Words, with double quotes around those that hold blanks. */
function split(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '')
}

function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, index) => Math.max(...rows.map((row) => row[index]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
