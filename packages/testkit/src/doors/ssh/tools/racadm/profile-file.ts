/** What an import finds in a server configuration profile: by component, the attributes that are not commented out. */
export type Profile = ReadonlyMap<string, ReadonlyMap<string, string>>

/** Undefined for a file that is no profile: another root, unbalanced elements, an element that profiles do not have. */
export function readXmlProfile(text: string): Profile | undefined {
  const components = new Map<string, Map<string, string>>()
  const open: string[] = []
  let current: Map<string, string> | undefined
  let attribute: { readonly name: string; value: string } | undefined
  // Comments go first: what is commented out is not there.
  const bare = text.replace(/^\uFEFF?\s*<\?xml[^?]*\?>/, '').replaceAll(/<!--[\s\S]*?-->/g, '')
  const tokens = /<(\/?)([A-Za-z]+)((?:\s+[A-Za-z]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy
  let at = 0
  for (const token of bare.matchAll(tokens)) {
    const [whole, slash = '', tag = '', attributes = '', empty = '', between = ''] = token
    at = token.index + whole.length
    if (tag === '') {
      if (attribute !== undefined) attribute.value += between
      else if (between.trim() !== '') return undefined
      continue
    }
    const named = attributeOf(attributes, tag === 'Component' ? 'FQDD' : 'Name')
    if (slash === '/') {
      if (open.pop() !== tag) return undefined
      if (tag === 'Attribute' && attribute !== undefined) {
        current?.set(attribute.name, unescaped(attribute.value))
        attribute = undefined
      }
      continue
    }
    const parent = open.at(-1)
    if (tag === 'SystemConfiguration' ? parent !== undefined : parent === undefined) return undefined
    if (tag === 'Component') {
      if (named === undefined) return undefined
      current = components.get(named) ?? new Map()
      components.set(named, current)
    } else if (tag === 'Attribute') {
      if (named === undefined || parent !== 'Component') return undefined
      if (empty === '/') current?.set(named, '')
      else attribute = { name: named, value: '' }
    } else if (tag !== 'SystemConfiguration') return undefined
    if (empty !== '/') open.push(tag)
  }
  return at === bare.length && open.length === 0 && /^\s*<SystemConfiguration\b/.test(bare) ? components : undefined
}

/** Undefined for a file that is no profile. Of an attribute with `Set On Import` other than `True` nothing is taken. */
export function readJsonProfile(text: string): Profile | undefined {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return undefined
  }
  const list = listIn(recordIn(parsed, 'SystemConfiguration'), 'Components')
  if (list === undefined) return undefined
  const components = new Map<string, Map<string, string>>()
  for (const component of list) {
    const { FQDD: fqdd } = (component ?? {}) as Readonly<Record<string, unknown>>
    const attributes = listIn(component, 'Attributes')
    if (typeof fqdd !== 'string' || attributes === undefined) return undefined
    const found = new Map<string, string>()
    for (const entry of attributes) {
      const { Name: name, Value: value, 'Set On Import': wanted } = (entry ?? {}) as Readonly<Record<string, unknown>>
      if (typeof name !== 'string' || typeof value !== 'string') return undefined
      if (wanted === undefined || wanted === 'True') found.set(name, value)
    }
    components.set(fqdd, found)
  }
  return components
}

function recordIn(value: unknown, key: string): unknown {
  return value !== null && typeof value === 'object' ? (value as Readonly<Record<string, unknown>>)[key] : undefined
}

function listIn(value: unknown, key: string): readonly unknown[] | undefined {
  const list = recordIn(value, key)
  return Array.isArray(list) ? (list as readonly unknown[]) : undefined
}

function attributeOf(attributes: string, name: string): string | undefined {
  const found = new RegExp(`\\s${name}="([^"]*)"`).exec(attributes)?.[1]
  return found === undefined ? undefined : unescaped(found)
}

function unescaped(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&')
}
