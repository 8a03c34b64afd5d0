import { all, one, truthy } from './fields.ts'
import { json, notFound, refused } from './reply.ts'
import { resultTime, runtime } from './dates.ts'
import type { Fields } from './fields.ts'
import type { MaasNode } from './node.ts'
import type { Region } from './region.ts'
import type { Reply } from './reply.ts'
import type { Script } from './scripts.ts'

/** Script statuses as seen on a MAAS 3.3 (`maascommon/enums/scriptresult.py`). */
export const RESULT = { pending: 0, running: 1, passed: 2, failed: 3, timedOut: 4, aborted: 5, skipped: 9 } as const

/** A script status. */
export type ResultStatus = (typeof RESULT)[keyof typeof RESULT]

/** One script of a set. */
export interface ScriptResult {
  readonly id: number
  readonly name: string
  readonly scriptId: number
  readonly seconds: number
  readonly parameters: Readonly<Record<string, unknown>>
  readonly createdAt: number
  updatedAt: number
  status: ResultStatus
  exitStatus: number | null
  startedAt: number | null
  endedAt: number | null
  output: string
}

/** The scripts of one commissioning or test. */
export interface ScriptSet {
  readonly id: number
  readonly type: 0 | 1 | 2
  readonly results: ScriptResult[]
  lastPing: number | null
}

const TYPES = ['commissioning', 'installation', 'testing'] as const
const STATUS_TEXT: Readonly<Record<number, string>> = {
  0: 'Pending',
  1: 'Running',
  2: 'Passed',
  3: 'Failed',
  4: 'Timed out',
  5: 'Aborted',
  9: 'Skipped',
}

/** Starts a set of pending scripts on a node. */
export function addScriptSet(region: Region, node: MaasNode, type: 0 | 2, scripts: readonly Script[]): ScriptSet {
  region.ids.scriptSet += 1
  const set: ScriptSet = { id: region.ids.scriptSet, type, results: [], lastPing: null }
  for (const script of scripts) {
    region.ids.result += 1
    const storage = { storage: { argument_format: '{path}', type: 'storage', value: 'all' } }
    set.results.push({
      id: region.ids.result,
      name: script.name,
      scriptId: script.id,
      seconds: script.seconds,
      parameters: script.tags.includes('storage') ? storage : {},
      createdAt: region.clock.now(),
      updatedAt: region.clock.now(),
      status: RESULT.pending,
      exitStatus: null,
      startedAt: null,
      endedAt: null,
      output: '',
    })
  }
  node.scriptSets.push(set)
  return set
}

/** A node's set by id. */
export function scriptSet(node: MaasNode, id: number | null): ScriptSet | undefined {
  return id === null ? undefined : node.scriptSets.find((set) => set.id === id)
}

/** Ends every unfinished script of a node: an abort, or a newer commissioning. */
export function abandonScripts(node: MaasNode, at: number, as: ResultStatus = RESULT.aborted): void {
  for (const set of node.scriptSets) {
    for (const result of set.results) {
      if (result.status !== RESULT.pending && result.status !== RESULT.running) continue
      result.status = as
      result.updatedAt = at
    }
  }
}

/** The status of a set, as the record's `commissioning_status` has it; -1 is "none". Aborted scripts alone read as Passed (recorded). */
export function setStatus(set: ScriptSet | undefined): number {
  if (!set || set.results.length === 0) return -1
  const has = (status: ResultStatus): boolean => set.results.some((result) => result.status === status)
  for (const status of [RESULT.running, RESULT.pending, RESULT.failed, RESULT.timedOut]) {
    if (has(status)) return status
  }
  return RESULT.passed
}

/** `Unknown` for -1, as the machine record says it; script sets have another word for the same number. */
export function setStatusName(status: number): string {
  return status === -1 ? 'Unknown' : (STATUS_TEXT[status] ?? 'Unknown')
}

/** GET `nodes/{id}/results/`: all sets ever, **not** in order of id (MAAS 3.3 recorded). Newest first is assumed. */
export function listResults(node: MaasNode, query: Fields): Reply {
  const type = one(query, 'type')
  if (type !== undefined && !(TYPES as readonly string[]).includes(type)) {
    return refused(400, 'Result type must be commissioning, testing, or installation.')
  }
  const sets = node.scriptSets.filter((set) => type === undefined || TYPES[set.type] === type)
  return json(sets.toReversed().map((set) => setRecord(node, set, query)))
}

/** GET `nodes/{id}/results/{set}/`; `set` is an id or `current-commissioning` and its like. `op=download` gives the texts. */
export function readResult(node: MaasNode, name: string, query: Fields): Reply {
  const set = namedSet(node, name)
  if (set === 'unknown id') {
    return refused(
      400,
      `Unknown id "${name}" must be current-commissioning, current-testing, current-installation, or the id number of a specific result.`,
    )
  }
  if (!set) return notFound('ScriptSet')
  if (one(query, 'op') === 'download') return download(set)
  return json(setRecord(node, set, query))
}

function namedSet(node: MaasNode, name: string): ScriptSet | undefined | 'unknown id' {
  if (name === 'current-commissioning') return scriptSet(node, node.commissioningSet) ?? 'unknown id'
  if (name === 'current-testing') return scriptSet(node, node.testingSet) ?? 'unknown id'
  return /^\d+$/.test(name) ? scriptSet(node, Number(name)) : 'unknown id'
}

function download(set: ScriptSet): Reply {
  const parts = set.results.map((result) => `${result.name}\n${'-'.repeat(result.name.length)}\n${result.output}\n`)
  return { status: 200, contentType: 'application/binary', body: parts.join('\n'), kind: 'ordinary' }
}

function setRecord(node: MaasNode, set: ScriptSet, query: Fields): Readonly<Record<string, unknown>> {
  const started = least(set.results.map((result) => result.startedAt))
  const done = set.results.length > 0 && set.results.every((result) => result.endedAt !== null)
  const ended = done ? greatest(set.results.map((result) => result.endedAt)) : null
  const status = setStatus(set)
  const names = all(query, 'filters').flatMap((value) => value.split(','))
  const shown = set.results.filter((result) => names.length === 0 || names.includes(result.name))
  const output = truthy(one(query, 'include_output'))
  return {
    id: set.id,
    system_id: node.systemId,
    type: set.type,
    type_name: ['Commissioning', 'Installation', 'Testing'][set.type],
    status,
    status_name: status === -1 ? 'Failed to apply custom network configuration' : setStatusName(status),
    started: started === null ? null : resultTime(started),
    ended: ended === null ? null : resultTime(ended),
    runtime: started !== null && ended !== null ? runtime(ended - started) : '',
    last_ping: set.lastPing === null ? null : resultTime(set.lastPing),
    results: shown.map((result) => resultRecord(result, output)),
    resource_uri: `/MAAS/api/2.0/nodes/${node.systemId}/results/${set.id}/`,
  }
}

function resultRecord(result: ScriptResult, withOutput: boolean): Readonly<Record<string, unknown>> {
  const { startedAt, endedAt } = result
  const record = {
    id: result.id,
    created: resultTime(result.createdAt),
    updated: resultTime(result.updatedAt),
    name: result.name,
    status: result.status,
    status_name: STATUS_TEXT[result.status],
    exit_status: result.exitStatus,
    started: startedAt === null ? null : resultTime(startedAt),
    ended: endedAt === null ? null : resultTime(endedAt),
    runtime: startedAt !== null && endedAt !== null ? runtime(endedAt - startedAt) : '',
    starttime: startedAt === null ? '' : startedAt / 1000,
    endtime: endedAt === null ? '' : endedAt / 1000,
    estimated_runtime: runtime(result.seconds * 1000),
    parameters: result.parameters,
    script_id: result.scriptId,
    script_revision_id: result.exitStatus === null ? null : result.scriptId,
    suppressed: false,
  }
  if (!withOutput) return record
  const output = Buffer.from(result.output).toString('base64')
  return { ...record, output, stdout: output, stderr: '', result: '' }
}

function least(times: readonly (number | null)[]): number | null {
  const known = times.filter((time) => time !== null)
  return known.length === 0 ? null : Math.min(...known)
}

function greatest(times: readonly (number | null)[]): number | null {
  const known = times.filter((time) => time !== null)
  return known.length === 0 ? null : Math.max(...known)
}
