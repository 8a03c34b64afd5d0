import type { Json, StepRecord, WorkflowRecord } from 'hwautomation'
import { plain } from './escape.ts'

/** One thing that is different now: `BMC address`, `192.168.2.10`, `192.168.1.100`. */
export interface Fact {
  readonly name: string
  readonly before?: string
  readonly now: string
}

/** Lines of the BIOS diff as the library renders it: `~` changed, `=` as wanted already. */
export function biosDiff({ steps }: Pick<WorkflowRecord, 'steps'>): string[] {
  const diff = steps.map(({ output }) => fieldOf(output, 'diff')).find(Array.isArray) as readonly unknown[] | undefined
  return (diff ?? []).filter((line) => typeof line === 'string').map((line) => plain(line, 200))
}

/** Addresses, firmware and the state in MAAS as the steps read them back. Steps of one's own add nothing here; they have their evidence. */
export function facts({ steps }: Pick<WorkflowRecord, 'steps'>): Fact[] {
  const output = (id: string) => steps.find((step) => step.id === id)?.output
  return [
    ...hostFacts(output('retrieve-ip')),
    ...bmcFacts(output('ipmi-configure')),
    ...firmwareFacts(steps),
    ...maasFacts(output('finalize') ?? output('hand-back')),
  ]
}

function hostFacts(output: Json | undefined): Fact[] {
  const address = text(fieldOf(fieldOf(output, 'host'), 'address'))
  return address === undefined ? [] : [{ name: 'Host address', now: address }]
}

function bmcFacts(output: Json | undefined): Fact[] {
  const now = lan(fieldOf(output, 'now'))
  if (now === undefined) return []
  const proof = text(fieldOf(output, 'proof'))
  return [
    change('BMC', lan(fieldOf(output, 'before')), now),
    ...(proof === undefined
      ? []
      : [{ name: 'Proved', now: proof === 'direct' ? 'the BMC itself answers there' : 'MAAS reaches it there' }]),
  ]
}

/** `static 192.168.1.100/255.255.252.0 via 192.168.0.1`. */
function lan(value: unknown): string | undefined {
  const address = text(fieldOf(value, 'address'))
  if (address === undefined) return undefined
  const [source, netmask, gateway] = ['source', 'netmask', 'gateway'].map((field) => text(fieldOf(value, field)))
  return `${source === undefined ? '' : `${source} `}${address}${netmask === undefined ? '' : `/${netmask}`}${gateway === undefined ? '' : ` via ${gateway}`}`
}

const MOST_COMPONENTS = 12

/** Steps that update firmware say `firmware: [{ component, before, now }]` in their output. */
function firmwareFacts(steps: readonly StepRecord[]): Fact[] {
  const updates = steps.flatMap(({ output }) => {
    const list = fieldOf(output, 'firmware')
    return Array.isArray(list) ? (list as readonly unknown[]) : []
  })
  return updates.slice(0, MOST_COMPONENTS).flatMap((update) => {
    const [component, before, now] = ['component', 'before', 'now'].map((field) => text(fieldOf(update, field)))
    return now === undefined ? [] : [change(`Firmware ${component ?? ''}`.trim(), before, now)]
  })
}

function maasFacts(output: Json | undefined): Fact[] {
  const status = text(fieldOf(output, 'status'))
  const power = text(fieldOf(output, 'power'))
  const tag = text(fieldOf(output, 'tag'))
  return [
    ...(status === undefined ? [] : [{ name: 'In MAAS', now: power === undefined ? status : `${status}, ${power}` }]),
    ...(tag === undefined ? [] : [{ name: 'Tag', now: tag }]),
  ]
}

function change(name: string, before: string | undefined, now: string): Fact {
  return before === undefined || before === now ? { name, now } : { name, before, now }
}

/** Outputs are JSON of any shape: a definition of one's own may give a step the same id. */
function fieldOf(value: unknown, field: string): unknown {
  return value !== null && typeof value === 'object' && !Array.isArray(value) && Object.hasOwn(value, field)
    ? (value as Readonly<Record<string, unknown>>)[field]
    : undefined
}

function text(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? plain(value, 120) : undefined
}
