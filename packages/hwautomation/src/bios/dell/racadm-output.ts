/**
 * The lines of an answer of racadm without what it adds: blanks that pad a line (captures of iDRAC8 and 9), the warning about the
 * iDRAC's certificate that remote calls begin with, and the `ParseComplete` of some builds.
 */
export function racadmLines(output: string): string[] {
  return output
    .split(/\r?\n/)
    .map((line) => line.trimEnd())
    .filter((line) => line !== '' && !ADDED.test(line))
}

const ADDED = /^(?:Security Alert: |Continuing execution\. Use -S option|ParseComplete\s*$)/

/** One object in the answer to `racadm get GROUP`. */
export interface RacadmObject {
  readonly name: string
  readonly value: string
  /** What the next job will bring. */
  readonly pending?: string
  /** It cannot be written as things are: it never can, or it depends on another object. */
  readonly readOnly: boolean
  /** A password: it can be set, and never read. */
  readonly writeOnly: boolean
}

/**
 * The objects of a group, some of which come without a `[Key=…]` line (cybozu-go/setup-hw). Undefined where something else was printed,
 * or nothing at all.
 */
export function parseObjects(output: string): RacadmObject[] | undefined {
  const lines = racadmLines(output)
  const objects = lines.map(parseObject).filter((object) => object !== undefined)
  return objects.length > 0 || lines.some((line) => line.startsWith('[Key=')) ? objects : undefined
}

const PENDING = '(Pending Value='

/** `#` marks what cannot be written, `!!` what cannot be read. The pending value stands behind the one in force, on its line. */
function parseObject(line: string): RacadmObject | undefined {
  const match = /^(#|!!)?([A-Za-z]\w*)=(.*)$/.exec(line)
  if (match === null) return undefined
  const [, mark, name = '', rest = ''] = match
  const at = rest.endsWith(')') ? rest.indexOf(PENDING) : -1
  return {
    name,
    ...(at === -1
      ? { value: rest }
      : { value: rest.slice(0, at).trimEnd(), pending: rest.slice(at + PENDING.length, -1) }),
    readOnly: mark === '#',
    writeOnly: mark === '!!' || /\(Write-Only\)$/i.test(rest),
  }
}

/** Names of the groups that `racadm get BIOS` lists, one on a line, with or without the path before them. */
export function parseGroups(output: string): string[] {
  const names = racadmLines(output).map(
    (line) => /^(?:BIOS\.(?:Setup\.1-1[.#])?)?([A-Za-z]\w*)$/i.exec(line.trim())?.[1],
  )
  return [...new Set(names.filter((name) => name !== undefined))]
}

/** The job that `racadm jobqueue create`, or the import or export of a profile, says it has made. */
export function jobIdIn(output: string): string | undefined {
  return /\bJID_\d{10,16}\b/.exec(output)?.[0]
}
