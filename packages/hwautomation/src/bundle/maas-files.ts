import { toHwError } from '../errors.ts'
import type { ScriptSetResult } from '../maas/commissioning-results.ts'
import type { BundleFile, BundleFiles } from './files.ts'
import type { BundleSource } from './source.ts'

/** Characters of what each script printed: its end, where failures are. */
const SCRIPT_TAIL = 256 * 1024
const MOST_EVENTS = 1000

/**
 * What MAAS says of a machine now: its record, its events, and what the scripts of its newest commissioning and test printed. What
 * cannot be had is a note, not a failure: a bundle is wanted most when things are broken.
 */
export async function maasFiles(
  { site }: BundleSource,
  systemId: string,
  files: BundleFiles,
  signal?: AbortSignal,
): Promise<BundleFile[]> {
  if (typeof site === 'string') {
    files.note(`maas/: nothing was asked of MAAS: ${site}`)
    return []
  }
  const { maas } = site
  const options = { attempts: 1, ...(signal === undefined ? {} : { signal }) }
  const found: BundleFile[] = []
  const look = async <T>(what: string, ask: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await ask()
    } catch (error) {
      signal?.throwIfAborted()
      const { message, code } = toHwError(error)
      files.note(`maas/${what}: MAAS did not give it: ${message} [${code}]`)
      return undefined
    }
  }
  const machine = await look('machine.json', () => maas.machine(systemId, options))
  if (machine !== undefined) found.push(files.json('maas/machine.json', machine))
  const events = await look('events.json', () =>
    maas.events({ ids: [systemId], limit: MOST_EVENTS, level: 'DEBUG' }, options),
  )
  if (events !== undefined) found.push(files.json('maas/events.json', events))
  const sets: readonly [string, number | null | undefined][] = [
    ['commissioning', numberIn(machine, 'current_commissioning_result_id')],
    ['testing', numberIn(machine, 'current_testing_result_id')],
  ]
  for (const [name, set] of sets) {
    if (set === undefined || set === null) continue
    const result = await look(name, () =>
      maas.commissioningResults(systemId, { set, output: { tail: SCRIPT_TAIL } }, options),
    )
    if (result !== undefined) found.push(...scriptFiles(`maas/${name}`, result, files))
  }
  return found
}

/** One summary, and one file for each script that printed something. */
function scriptFiles(folder: string, { scripts, ...set }: ScriptSetResult, files: BundleFiles): BundleFile[] {
  const summary = { ...set, scripts: scripts.map(({ output: _output, stderr: _stderr, ...script }) => script) }
  return [
    files.json(`${folder}/summary.json`, summary),
    ...scripts.flatMap(({ name, output = '', stderr = '' }) => [
      ...(output === '' ? [] : [files.text(`${folder}/${flat(name)}.txt`, output)]),
      ...(stderr === '' || stderr === output ? [] : [files.text(`${folder}/${flat(name)}.stderr.txt`, stderr)]),
    ]),
  ]
}

/** A script's name is one part of a path. */
function flat(name: string): string {
  return name.replaceAll('/', '_')
}

function numberIn(machine: object | undefined, key: string): number | undefined {
  const value = (machine as Record<string, unknown> | undefined)?.[key]
  return typeof value === 'number' ? value : undefined
}
