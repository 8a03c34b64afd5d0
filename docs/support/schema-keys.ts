import { z } from 'zod'

/** A key of a schema as it is documented: `tools.<name>[].command`. */
export interface SchemaKey {
  readonly name: string
  /** A plain default, else undefined. */
  readonly default: string | number | boolean | undefined
  readonly required: boolean
}

interface Node {
  readonly properties?: Readonly<Record<string, Node>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Node | boolean
  readonly items?: Node
  readonly default?: unknown
}

/**
 * All keys at which a value stands that a person writes: maps of fixed keys are walked into, and lists and named maps of
 * those. `least` is the smallest value that the schema accepts: what it is completed with are the defaults.
 */
export function keysOf(schema: z.ZodType, least: unknown): SchemaKey[] {
  const complete = schema.parse(least)
  return walk(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Node, '', true).map((key) => {
    const filledIn = key.required ? undefined : valueAt(complete, key.name.split('.'))
    return { ...key, default: key.default ?? (isPlain(filledIn) ? filledIn : undefined) }
  })
}

function valueAt(value: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) return value
  return typeof value === 'object' && value !== null
    ? valueAt(new Map(Object.entries(value)).get(key), rest)
    : undefined
}

function walk(node: Node, name: string, required: boolean): SchemaKey[] {
  if (node.properties !== undefined)
    return Object.entries(node.properties).flatMap(([key, child]) =>
      walk(child, name === '' ? key : `${name}.${key}`, required && (node.required ?? []).includes(key)),
    )
  const { items, additionalProperties: each } = node
  if (items !== undefined && holdsKeys(items)) return walk(items, `${name}[]`, false)
  if (typeof each === 'object' && holdsKeys(each)) return walk(each, `${name}.<name>`, false)
  return [{ name, default: isPlain(node.default) ? node.default : undefined, required }]
}

function holdsKeys(node: Node): boolean {
  return node.properties !== undefined || (node.items !== undefined && holdsKeys(node.items))
}

function isPlain(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value)
}
