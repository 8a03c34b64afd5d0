import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { parse } from 'yaml'
import { isMapping } from '../devices/extends.ts'
import { HwError } from '../errors.ts'
import { USUAL_FILE, type GlobalOptions } from './open.ts'

/**
 * The state directory that the options, the environment or the configuration file name; undefined where runs are kept in memory only.
 * Nothing else of the configuration is looked at: to see how things are, one needs no access to MAAS.
 * @throws HwError `config.invalid` where the file cannot be read
 */
export async function stateDirOf({ stateDir, config }: GlobalOptions): Promise<string | undefined> {
  if (stateDir !== undefined) return path.resolve(stateDir)
  const fromEnvironment = process.env['HWA_STATE_DIR']
  if (fromEnvironment) return path.resolve(fromEnvironment)
  const file = config ?? (existsSync(USUAL_FILE) ? USUAL_FILE : undefined)
  if (file === undefined) return undefined
  const named = (await configContent(file))['stateDir']
  return typeof named === 'string' && named !== '' ? path.resolve(path.dirname(path.resolve(file)), named) : undefined
}

/** @throws HwError `cli.no-state-dir` */
export async function neededStateDir(options: GlobalOptions): Promise<string> {
  const found = await stateDirOf(options)
  if (found !== undefined) return found
  throw new HwError({
    code: 'cli.no-state-dir',
    kind: 'invalid',
    message: 'No state directory is named: without one, runs are kept in the memory of their process only.',
    hint: 'Name it with --state-dir, HWA_STATE_DIR, or stateDir in hwautomation.yaml.',
  })
}

/**
 * A configuration file as it stands there: neither completed nor checked.
 * @throws HwError `config.invalid` where it cannot be read
 */
export async function configContent(file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const content: unknown = parse(await readFile(file, 'utf8'), { logLevel: 'silent' })
    return isMapping(content) ? content : {}
  } catch (error) {
    const fault = `${file} cannot be read: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`
    throw new HwError({
      code: 'config.invalid',
      kind: 'invalid',
      message: `The configuration has a fault: ${fault}.`,
      hint: 'Correct what is named; docs/configuration.md describes every key.',
      context: { faults: [fault] },
    })
  }
}
