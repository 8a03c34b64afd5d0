import { OsError } from '../os/errno.ts'
import { mayAccess } from '../os/file-system.ts'
import { type Inode, sizeOf } from '../os/inode.ts'
import type { Process } from '../os/process.ts'

/** A wrong expression: exit code 2. */
export class TestError extends Error {
  override readonly name = 'TestError'
}

const UNARY = new Set([
  '-n',
  '-z',
  '-e',
  '-f',
  '-d',
  '-L',
  '-h',
  '-s',
  '-r',
  '-w',
  '-x',
  '-p',
  '-S',
  '-b',
  '-c',
  '-t',
  '-u',
  '-g',
  '-k',
  '-O',
  '-G',
])
const BINARY = new Set(['=', '==', '!=', '<', '>', '-eq', '-ne', '-lt', '-le', '-gt', '-ge', '-nt', '-ot', '-ef'])

/** test(1), with POSIX's rules by the number of arguments, and `!`, `-a`, `-o`, `( )` beyond them. */
export function evaluateTest(args: readonly string[], process: Process): boolean {
  const [a = '', b = '', c = ''] = args
  switch (args.length) {
    case 0:
      return false
    case 1:
      return a !== ''
    case 2:
      if (a === '!') return b === ''
      if (UNARY.has(a)) return unary(a, b, process)
      throw new TestError(`${a}: unexpected operator`)
    case 3:
      if (BINARY.has(b)) return binary(a, b, c, process)
      if (a === '!') return !evaluateTest(args.slice(1), process)
      if (a === '(' && c === ')') return b !== ''
      break
    case 4:
      if (a === '!') return !evaluateTest(args.slice(1), process)
      break
  }
  return expression([...args], process)
}

function expression(rest: string[], process: Process): boolean {
  const or = (): boolean => {
    let value = and()
    while (rest[0] === '-o') {
      rest.shift()
      const right = and()
      value = value || right
    }
    return value
  }
  const and = (): boolean => {
    let value = not()
    while (rest[0] === '-a') {
      rest.shift()
      const right = not()
      value = value && right
    }
    return value
  }
  const not = (): boolean => {
    if (rest[0] === '!' && rest.length > 1) {
      rest.shift()
      return !not()
    }
    return primary()
  }
  const primary = (): boolean => {
    const first = rest.shift()
    if (first === undefined) throw new TestError('argument expected')
    if (first === '(') {
      const value = or()
      if (rest.shift() !== ')') throw new TestError('closing paren expected')
      return value
    }
    const [operator, operand] = rest
    if (operator !== undefined && BINARY.has(operator) && operand !== undefined) {
      rest.splice(0, 2)
      return binary(first, operator, operand, process)
    }
    if (UNARY.has(first) && operator !== undefined) {
      rest.shift()
      return unary(first, operator, process)
    }
    return first !== ''
  }
  const value = or()
  if (rest.length > 0) throw new TestError(`${rest[0]}: unexpected operator`)
  return value
}

function unary(operator: string, operand: string, process: Process): boolean {
  if (operator === '-n') return operand !== ''
  if (operator === '-z') return operand === ''
  if (operator === '-t') return process.fds.get(integer(operand))?.stream.isTerminal === true
  const inode = find(operand, process, operator !== '-L' && operator !== '-h')
  if (inode === undefined) return false
  switch (operator) {
    case '-e':
      return true
    case '-f':
      return inode.type === 'file'
    case '-d':
      return inode.type === 'directory'
    case '-L':
    case '-h':
      return inode.type === 'link'
    case '-c':
      return inode.type === 'device'
    case '-s':
      return sizeOf(inode) > 0
    case '-r':
      return mayAccess(inode, process, 4)
    case '-w':
      return mayAccess(inode, process, 2)
    case '-x':
      return mayAccess(inode, process, 1)
    case '-O':
      return inode.uid === process.uid
    case '-G':
      return inode.gid === process.gid
    case '-k':
      return (inode.mode & 0o1000) !== 0
    case '-u':
      return (inode.mode & 0o4000) !== 0
    default:
      return false
  }
}

function binary(left: string, operator: string, right: string, process: Process): boolean {
  switch (operator) {
    case '=':
    case '==':
      return left === right
    case '!=':
      return left !== right
    case '<':
      return left < right
    case '>':
      return left > right
    case '-nt':
      return (find(left, process, true)?.mtime ?? NaN) > (find(right, process, true)?.mtime ?? NaN)
    case '-ot':
      return (find(left, process, true)?.mtime ?? NaN) < (find(right, process, true)?.mtime ?? NaN)
    case '-ef':
      return find(left, process, true) !== undefined && find(left, process, true) === find(right, process, true)
  }
  const [a, b] = [integer(left), integer(right)]
  const compared: Readonly<Record<string, boolean>> = {
    '-eq': a === b,
    '-ne': a !== b,
    '-lt': a < b,
    '-le': a <= b,
    '-gt': a > b,
    '-ge': a >= b,
  }
  return compared[operator] ?? false
}

function integer(text: string): number {
  if (!/^\s*[-+]?[0-9]+\s*$/.test(text)) throw new TestError(`Illegal number: ${text}`)
  return Number(text)
}

function find(path: string, process: Process, follow: boolean): Inode | undefined {
  try {
    return process.host.fs.locate(path, process, follow).inode
  } catch (error) {
    if (error instanceof OsError) return undefined
    throw error
  }
}
