/** The code that a setting has now, by its name as conditions write it; undefined for a name that there isn't. */
export type CodeOf = (name: string) => bigint | undefined

/** A condition that can be asked. */
export type Condition = (codeOf: CodeOf) => boolean

/**
 * `WorkIf` of the exports: comparisons of codes and names, `name is not in 0 1 3`, joined by `and`, `&&` and `||` with brackets
 * that have blanks around them, so that those in names (`SpeedStep (P-States)`) are told apart (ironlib's two files). A name
 * stands for the code of its option, 1 or 0 of a check box, the value of a number, 1 for a password that is set. Assumed: `and`
 * binds as `&&` does, and both before `||`.
 *
 * @example
 * condition('( 2 == Power Technology )  and  ( 2 != Hardware P-States )')((name) => …)
 */
export function condition(text: string): Condition {
  const tokens = text
    .split(/(\((?=\s)|(?<=\s)\)|\s{2}and\s{2}|\s{2}&&\s{2}|\s{2}\|\|\s{2})/)
    .filter((token) => token.trim() !== '')
  let at = 0
  const peek = () => tokens[at]?.trim()

  const either = (): Condition => {
    const parts = [both()]
    while (peek() === '||') {
      at += 1
      parts.push(both())
    }
    return (codeOf) => parts.some((part) => part(codeOf))
  }
  const both = (): Condition => {
    const parts = [one()]
    while (peek() === 'and' || peek() === '&&') {
      at += 1
      parts.push(one())
    }
    return (codeOf) => parts.every((part) => part(codeOf))
  }
  const one = (): Condition => {
    if (peek() !== '(') {
      at += 1
      return comparison(tokens[at - 1] ?? '')
    }
    at += 1
    const inner = either()
    if (peek() !== ')') throw new Error(`A bracket is open in the condition '${text}'`)
    at += 1
    return inner
  }
  const whole = either()
  if (at < tokens.length) throw new Error(`Words are left over in the condition '${text}'`)
  return whole
}

const OPERATORS: Readonly<Record<string, (left: bigint, right: bigint) => boolean>> = {
  '==': (left, right) => left === right,
  '!=': (left, right) => left !== right,
  '<=': (left, right) => left <= right,
  '>=': (left, right) => left >= right,
  '<': (left, right) => left < right,
  '>': (left, right) => left > right,
}

function comparison(text: string): Condition {
  const listed = /^\s*(.+?) is not in ((?:\d+\s*)+)$/.exec(text)
  if (listed !== null) {
    const [, name = '', codes = ''] = listed
    const excluded = codes.trim().split(/\s+/).map(BigInt)
    return (codeOf) => !excluded.includes(valueOf(name, codeOf))
  }
  const compared = /^(.+?) (==|!=|<=|>=|<|>) (.+)$/.exec(text)
  if (compared === null) throw new Error(`No comparison: '${text}'`)
  const [, left = '', operator = '', right = ''] = compared
  const compare = OPERATORS[operator]
  if (compare === undefined) throw new Error(`No comparison: '${text}'`)
  return (codeOf) => compare(valueOf(left, codeOf), valueOf(right, codeOf))
}

function valueOf(operand: string, codeOf: CodeOf): bigint {
  const text = operand.trim()
  if (/^\d+$/.test(text)) return BigInt(text)
  const code = codeOf(text)
  if (code === undefined) throw new Error(`A condition names '${text}', which is no setting`)
  return code
}
