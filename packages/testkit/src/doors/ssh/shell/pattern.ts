import { type Caller, type FileSystem } from '../os/file-system.ts'
import { OsError } from '../os/errno.ts'

/** Shell pattern notation (POSIX 2.13) as a regular expression. Characters after a backslash stand for themselves. */
export function patternSource(pattern: string, forPaths = false): string {
  let source = ''
  for (let i = 0; i < pattern.length; i += 1) {
    const c = pattern.charAt(i)
    if (c === '\\' && i + 1 < pattern.length) {
      i += 1
      source += escape(pattern.charAt(i))
    } else if (c === '*') source += forPaths ? '[^/]*' : '[^]*'
    else if (c === '?') source += forPaths ? '[^/]' : '[^]'
    else if (c === '[') {
      const bracket = /^\[([!^]?)(\]?(?:\[:[a-z]+:\]|\\?[^\]])*)\]/.exec(pattern.slice(i))
      if (bracket === null) source += '\\['
      else {
        source += `[${bracket[1] === '' ? '' : '^'}${brackets(bracket[2] ?? '')}]`
        i += bracket[0].length - 1
      }
    } else source += escape(c)
  }
  return source
}

export function matches(pattern: string, text: string): boolean {
  return new RegExp(`^${patternSource(pattern)}$`).test(text)
}

export function escapePattern(text: string): string {
  return text.replaceAll(/[\\*?[\]]/g, '\\$&')
}

/** Path names that match, sorted; none when nothing does. */
export function glob(pattern: string, fs: FileSystem, caller: Caller): string[] {
  const parts = pattern.split('/')
  let found = [pattern.startsWith('/') ? '/' : '']
  for (const part of pattern.startsWith('/') ? parts.slice(1) : parts) {
    if (part === '') continue
    found = found.flatMap((base) => expandPart(base, part, fs, caller))
  }
  return found.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}

function expandPart(base: string, part: string, fs: FileSystem, caller: Caller): string[] {
  const joined = (name: string): string => (base === '' || base === '/' ? base + name : `${base}/${name}`)
  try {
    if (!/[*?[]/.test(part.replaceAll(/\\./g, ''))) {
      const name = part.replaceAll(/\\(.)/g, '$1')
      return fs.exists(joined(name), caller) ? [joined(name)] : []
    }
    const directory = fs.stat(base === '' ? '.' : base, caller)
    if (directory.type !== 'directory') return []
    const regexp = new RegExp(`^${patternSource(part, true)}$`)
    return fs
      .names(directory)
      .filter((name) => regexp.test(name) && (part.startsWith('.') || !name.startsWith('.')))
      .map(joined)
  } catch (error) {
    if (error instanceof OsError) return []
    throw error
  }
}

function escape(c: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(c) ? `\\${c}` : c
}

function brackets(inside: string): string {
  return inside
    .replaceAll('[:alpha:]', 'A-Za-z')
    .replaceAll('[:digit:]', '0-9')
    .replaceAll('[:alnum:]', 'A-Za-z0-9')
    .replaceAll('[:space:]', '\\s')
    .replaceAll('[:upper:]', 'A-Z')
    .replaceAll('[:lower:]', 'a-z')
    .replaceAll('[:xdigit:]', '0-9A-Fa-f')
    .replace(/^\]/, '\\]')
    .replaceAll('[', '\\[')
}
