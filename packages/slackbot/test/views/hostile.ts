import fc from 'fast-check'

/** What a host name, a device answer or a chat message may be in the worst case. */
const NASTY: readonly string[] = [
  '<!channel>',
  '<!here|here>',
  '<!everyone>',
  '<@U0ADA>',
  '<@U0ADA|ada>',
  '<#C0GENERAL|general>',
  '<!subteam^S0TEAM|@team>',
  '<!date^1^{date}|x>',
  '<http://evil.example|srv001>',
  '<mailto:a@b.example|mail>',
  'https://evil.example/?a=b&c=d',
  'www.evil.example',
  'javascript://x',
  '@channel @here @everyone',
  '#general',
  '*bold* _italic_ ~strike~ `code` ```block```',
  '`'.repeat(7),
  '> quote\n>>> quotes',
  ':fire: :skin-tone-2: :+1:',
  '&lt;!channel&gt; &amp;lt;',
  '\u001B[31mred\u001B[0m \u001B]8;;http://evil.example\u0007x\u001B]8;;\u0007',
  '\u202Egnp.exe\u202C \u2066x\u2069 \u200B\u200F\uFEFF',
  '\u0000\u0007\u0008\u009B31m\u0085\u2028\u2029',
  '\uD800 \uDC00\uD83D',
  '👩‍👩‍👧‍👦🇩🇪',
  `Z${'\u0335\u0301'.repeat(300)}`,
  '{"type":"mrkdwn","text":"<!channel>"}',
  '__proto__',
  'constructor',
  '',
  ' ',
  '\n\n\n',
  'null',
  'NaN',
  '"\\"\\\\',
  '漢字'.repeat(40),
  '\\u003c!channel\\u003e',
]

/** Strings that mean harm: some known to, some by chance, now and then one of 100 kB. */
export function hostileText(): fc.Arbitrary<string> {
  const piece = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...NASTY) },
    { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
    { weight: 1, arbitrary: loneSurrogates },
  )
  const some = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(' '))
  const huge = piece.map((text) =>
    (text === '' ? 'x' : text).repeat(Math.ceil(100_000 / Math.max(text.length, 1))).slice(0, 100_000),
  )
  return fc.oneof({ weight: 12, arbitrary: some }, { weight: 1, arbitrary: huge })
}

const loneSurrogates = fc
  .array(fc.integer({ min: 0xd800, max: 0xdfff }), { maxLength: 5 })
  .map((units) => String.fromCharCode(...units))

/** Words by which our code tells things apart; a store that changes them is broken in other ways. */
const OURS: ReadonlySet<string> = new Set([
  'status',
  'kind',
  'type',
  'to',
  'from',
  'class',
  'state',
  'is',
  'outcome',
  'schema',
  'v',
])

/**
 * The same shape with every string in it replaced, keys of free-form objects too. `keep` says which fields stay as they are.
 */
export function poisoned<Value>(value: Value, next: () => string, keep: readonly string[] = []): Value {
  const kept = new Set([...OURS, ...keep])
  const free = new Set(['context', 'output', 'observed', 'request', 'marker'])
  const named = new Set([...free, 'skips'])
  const walk = (node: unknown, key: string): unknown => {
    if (typeof node === 'string') return kept.has(key) ? node : next()
    if (Array.isArray(node)) return node.map((item) => walk(item, key))
    if (node === null || typeof node !== 'object') return node
    const entries = Object.entries(node).map(
      ([name, item]) => [named.has(key) ? `${name}${next()}` : name, walk(item, name)] as const,
    )
    return Object.fromEntries(free.has(key) ? [...entries, [next(), next()], ['deviceType', next()]] : entries)
  }
  return walk(value, '') as Value
}
