/** What an arithmetic expression needs of the shell. */
export interface Variables {
  get(name: string): string | undefined
  set(name: string, value: string): void
}

/** `arithmetic expression: …`, in dash's words. */
export class ArithmeticError extends Error {
  override readonly name = 'ArithmeticError'
}

const TOKEN =
  /\s*(0[xX][0-9a-fA-F]+|[0-9]+|[A-Za-z_][A-Za-z0-9_]*|<<=|>>=|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[-+*/%<>=!~&|^?:()])/y
const BINARY: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '<=', '>', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
]

/** POSIX shell arithmetic (2.6.4) on signed 64-bit integers. */
export function evaluateArithmetic(text: string, variables: Variables): bigint {
  const tokens = tokenize(text)
  let at = 0
  if (tokens.length === 0) return 0n
  const fail = (what: string): never => {
    throw new ArithmeticError(`arithmetic expression: ${what}: "${text}"`)
  }
  const take = (token: string): boolean => {
    if (tokens[at] !== token) return false
    at += 1
    return true
  }

  // `live` is false in the branch that is not taken: no assignment, no division by zero.
  const assignment = (live: boolean): bigint => {
    const name = tokens[at]
    const operator = tokens[at + 1]
    if (
      name === undefined ||
      !/^[A-Za-z_]/.test(name) ||
      operator === undefined ||
      !/^(?:[-+*/%&|^]|<<|>>)?=$/.test(operator)
    )
      return conditional(live)
    at += 2
    const right = assignment(live)
    const value = operator === '=' ? right : apply(operator.slice(0, -1), valueOf(name), right, live)
    if (live) variables.set(name, String(value))
    return value
  }
  const conditional = (live: boolean): bigint => {
    const condition = binary(0, live)
    if (!take('?')) return condition
    const yes = assignment(live && condition !== 0n)
    if (!take(':')) fail("expecting ':'")
    const no = conditional(live && condition === 0n)
    return condition !== 0n ? yes : no
  }
  const binary = (level: number, live: boolean): bigint => {
    const operators = BINARY[level]
    if (operators === undefined) return unary(live)
    let left = binary(level + 1, live)
    for (let operator = tokens[at]; operator !== undefined && operators.includes(operator); operator = tokens[at]) {
      at += 1
      const skips = (operator === '&&' && left === 0n) || (operator === '||' && left !== 0n)
      const right = binary(level + 1, live && !skips)
      left = apply(operator, left, right, live)
    }
    return left
  }
  const unary = (live: boolean): bigint => {
    if (take('!')) return unary(live) === 0n ? 1n : 0n
    if (take('-')) return wrap(-unary(live))
    if (take('+')) return unary(live)
    if (take('~')) return ~unary(live)
    if (take('(')) {
      const value = assignment(live)
      if (!take(')')) fail("expecting ')'")
      return value
    }
    const token = tokens[at]
    if (token === undefined) return fail('expecting primary')
    at += 1
    if (/^[0-9]/.test(token)) return numberOf(token) ?? fail('expecting primary')
    return /^[A-Za-z_]/.test(token) ? valueOf(token) : fail('expecting primary')
  }
  const valueOf = (name: string): bigint => {
    const text = (variables.get(name) ?? '').trim()
    if (text === '') return 0n
    const value = numberOf(text.replace(/^[-+]/, ''))
    if (value === undefined) throw new ArithmeticError(`Illegal number: ${text}`)
    return text.startsWith('-') ? -value : value
  }
  const apply = (operator: string, left: bigint, right: bigint, live: boolean): bigint => {
    if ((operator === '/' || operator === '%') && right === 0n) return live ? fail('division by zero') : 0n
    return wrap(operations[operator]?.(left, right) ?? fail(`unknown operator ${operator}`))
  }

  const value = assignment(true)
  if (at < tokens.length) fail('expecting EOF')
  return value
}

const operations: Readonly<Record<string, (a: bigint, b: bigint) => bigint>> = {
  '||': (a, b) => (a !== 0n || b !== 0n ? 1n : 0n),
  '&&': (a, b) => (a !== 0n && b !== 0n ? 1n : 0n),
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
  '&': (a, b) => a & b,
  '==': (a, b) => (a === b ? 1n : 0n),
  '!=': (a, b) => (a !== b ? 1n : 0n),
  '<': (a, b) => (a < b ? 1n : 0n),
  '<=': (a, b) => (a <= b ? 1n : 0n),
  '>': (a, b) => (a > b ? 1n : 0n),
  '>=': (a, b) => (a >= b ? 1n : 0n),
  '<<': (a, b) => a << (b & 63n),
  '>>': (a, b) => a >> (b & 63n),
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
}

function wrap(value: bigint): bigint {
  return BigInt.asIntN(64, value)
}

function numberOf(text: string): bigint | undefined {
  if (/^0[xX][0-9a-fA-F]+$/.test(text)) return BigInt(text)
  if (/^0[0-7]*$/.test(text)) return BigInt(`0o${text}`)
  return /^[1-9][0-9]*$/.test(text) ? BigInt(text) : undefined
}

function tokenize(text: string): string[] {
  const tokens: string[] = []
  TOKEN.lastIndex = 0
  let end = 0
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    tokens.push(match[1] ?? '')
    end = TOKEN.lastIndex
  }
  if (text.slice(end).trim() !== '') throw new ArithmeticError(`arithmetic expression: expecting EOF: "${text}"`)
  return tokens
}
