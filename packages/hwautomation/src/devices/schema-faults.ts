import type { z } from 'zod'
import { didYouMeanText } from '../bios/did-you-mean.ts'
import { printable } from '../bios/printable.ts'
import type { CatalogueFault, NodePath } from './catalogue-source.ts'
import { isMapping } from './extends.ts'
import type { ResolvedType } from './extends.ts'

type Issue = z.core.$ZodIssue

/** Turns what the schema refused into faults with a place in a file and words an operator understands. */
export function faultsOfIssues(issues: readonly Issue[], type: ResolvedType, schema: unknown): CatalogueFault[] {
  return issues.flatMap((issue) => faultsOf(issue, type, schema))
}

function faultsOf(issue: Issue, type: ResolvedType, schema: unknown): CatalogueFault[] {
  const path = issue.path.map((segment) => (typeof segment === 'number' ? segment : String(segment)))
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) =>
      faultAt(
        type,
        [...path, key],
        'key',
        `unknown key \`${printable(key, 64)}\`${inside(path)}.${didYouMeanText(key, keysAt(schema, path))}`,
      ),
    )
  const value = valueAt(type.content, path)
  if (issue.code === 'invalid_key')
    return [
      faultAt(type, path, 'key', `\`${printable(path.at(-1), 64)}\` ${issue.issues[0]?.message ?? 'is not allowed'}`),
    ]
  if (value === undefined) return [faultAt(type, path, 'key', `\`${shown(path)}\` is missing`)]
  return [faultAt(type, path, 'value', `\`${shown(path)}\`: ${explain(issue, value)}`)]
}

function explain(issue: Issue, value: unknown): string {
  const given = isMapping(value) ? 'a map' : Array.isArray(value) ? 'a list' : `\`${printable(value, 80)}\``
  switch (issue.code) {
    case 'invalid_value': {
      const allowed = issue.values.map(String)
      return `${given} is not allowed; allowed: ${allowed.join(', ')}.${typeof value === 'string' ? didYouMeanText(value, allowed) : ''}`
    }
    case 'invalid_type':
      return `must be ${NAMES.get(issue.expected) ?? issue.expected}, not ${given}`
    case 'invalid_union':
      return `${given} is not allowed here`
    case 'too_small':
      return `${given} is too small; at least ${String(issue.minimum)}`
    case 'too_big':
      return `${given} is too large; at most ${String(issue.maximum)}`
    case 'custom':
    case 'invalid_format':
      return `${given} ${issue.message}`
    default:
      return `${given}: ${issue.message}`
  }
}

const NAMES: ReadonlyMap<string, string> = new Map([
  ['string', 'a text'],
  ['number', 'a number'],
  ['int', 'a whole number'],
  ['object', 'a map'],
  ['record', 'a map'],
  ['array', 'a list'],
])

/** A fault at the place in the description that says it: the type's own, or that of a type it extends. */
export function faultAt(
  { name, own, chain }: ResolvedType,
  path: NodePath,
  of: 'key' | 'value',
  message: string,
): CatalogueFault {
  const full = ['deviceTypes', name, ...path]
  const where = chain
    .map((raw) => ({ raw, path: ['deviceTypes', raw.name, ...path] }))
    .find((place) => place.raw.source.has(place.path))
  const { raw, path: found } = where ?? { raw: own, path: full }
  return { file: raw.source.file, ...raw.source.position(found, of), message: `${name}: ${message}` }
}

function shown(path: NodePath): string {
  return path.map((segment) => printable(segment, 64)).join('.')
}

function inside(path: NodePath): string {
  return path.length === 0 ? '' : ` in \`${shown(path)}\``
}

function valueAt(content: unknown, path: NodePath): unknown {
  let value = content
  for (const segment of path) {
    value =
      Array.isArray(value) && typeof segment === 'number'
        ? (value[segment] as unknown)
        : isMapping(value) && Object.hasOwn(value, segment)
          ? value[segment]
          : undefined
  }
  return value
}

/** The keys that the JSON Schema knows at a path. */
function keysAt(schema: unknown, path: NodePath): string[] {
  let node = schema
  for (const segment of path) {
    if (!isMapping(node)) return []
    const properties = node['properties']
    node =
      isMapping(properties) && Object.hasOwn(properties, segment)
        ? properties[segment]
        : (node['additionalProperties'] ?? node['items'])
  }
  const properties = isMapping(node) ? node['properties'] : undefined
  return isMapping(properties) ? Object.keys(properties) : []
}
