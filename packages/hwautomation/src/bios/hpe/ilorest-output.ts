import { HwError } from '../../errors.ts'
import { isObject } from './bios-attributes.ts'
import type { JsonObject } from './bios-attributes.ts'
import { printable } from '../printable.ts'

/**
 * The JSON in the output of `ilorest … -j` or `rawget`. In front of it may stand the banner (unless `--nologo`), and
 * progress dots on the same line (`....[`, iLOrest 3.6 with `--url`) or `Discovering data...Done`; behind it the line of
 * `-v`. A status line such as `[200] The operation completed successfully.` (from 6.x on) is not JSON.
 *
 * @returns an object, or an array of objects (a tool that sees two BIOS resources answers an array)
 * @throws HwError `bios.tool-output` (kind `transient`): output that was cut off or is something else
 */
export function parseIlorestJson(output: string): JsonObject | readonly JsonObject[] {
  let tries = 0
  for (const match of output.matchAll(JSON_START)) {
    if (++tries > MOST_TRIES) break
    const start = match.index + match[0].length - 1
    const end = output.lastIndexOf(output[start] === '{' ? '}' : ']')
    const value = end < start ? undefined : tryParse(output.slice(start, end + 1))
    if (isObject(value)) return value
    if (Array.isArray(value) && value.every(isObject)) return value
  }
  throw new HwError({
    code: 'bios.tool-output',
    kind: 'transient',
    message: `iLOrest gave no JSON: ${output.trim() === '' ? 'no output at all' : printable(output.trim().slice(-160))}`,
    hint: 'Run the command by hand on the machine; output that ends in the middle means that the connection was lost.',
  })
}

/** A `{` or `[` that begins a line, or follows nothing but progress text on it. */
const JSON_START = /^(?:[ \t.]|Discovering data|Validating|Done)*[[{]/gm

/** Output with more openings than this is not what we asked for; parsing it all would only cost time. */
const MOST_TRIES = 32

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
