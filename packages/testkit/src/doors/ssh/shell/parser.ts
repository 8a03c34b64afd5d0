import { type PendingHere, Scanner } from './scanner.ts'
import type { Source } from './source.ts'
import { type Assignment, type Node, type Redirect, ShellSyntaxError, type Word, type WordPart } from './syntax.ts'
import { readHereText, readWord } from './words.ts'

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

/** A recursive-descent parser for the POSIX shell language. It hands out one complete command at a time, as a shell reads them. */
export class Parser extends Scanner implements Source {
  readonly #pendingHere: PendingHere[] = []

  /** The next command up to a newline; undefined at the end of the text. Throws {@link ShellSyntaxError}. */
  next(): Node | undefined {
    this.skipNewlines()
    if (this.peek() === '') return undefined
    const node = this.#list(false)
    const operator = this.operator()
    if (operator === '\n') this.takeOperator('\n')
    else if (this.peek() !== '') this.unexpected()
    return node
  }

  /** Everything as one node. */
  all(): Node {
    const items: { node: Node; background: boolean }[] = []
    for (let node = this.next(); node !== undefined; node = this.next()) items.push({ node, background: false })
    return { kind: 'list', items }
  }

  parseCommands(close: ')'): Node {
    const node = this.#compoundList(true)
    if (this.operator() !== close) this.unexpected(`"${close}"`)
    this.skip(1)
    return node
  }

  parseText(text: string): Node {
    return new Parser(text, this.line).all()
  }

  #list(multiline: boolean): Node {
    const items: { node: Node; background: boolean }[] = []
    for (;;) {
      const node = this.#andOr()
      const operator = this.operator()
      items.push({ node, background: operator === '&' })
      if (operator === ';' || operator === '&') this.takeOperator(operator)
      else if (!(multiline && operator === '\n')) break
      if (multiline) this.skipNewlines()
      if (this.#atListEnd()) break
    }
    const [only] = items
    return items.length === 1 && only !== undefined && !only.background ? only.node : { kind: 'list', items }
  }

  #compoundList(mayBeEmpty = false): Node {
    this.skipNewlines()
    if (this.#atListEnd()) {
      if (mayBeEmpty && this.operator() === ')') return { kind: 'list', items: [] }
      this.unexpected()
    }
    return this.#list(true)
  }

  #atListEnd(): boolean {
    const operator = this.operator()
    if (operator !== undefined) return operator === ')' || operator === '\n' || operator === ';;'
    if (this.peek() === '') return true
    const word = this.reserved()
    return word !== undefined && ['then', 'else', 'elif', 'fi', 'do', 'done', 'esac', '}'].includes(word)
  }

  #andOr(): Node {
    let left = this.#pipeline()
    for (;;) {
      const operator = this.operator()
      if (operator !== '&&' && operator !== '||') return left
      this.takeOperator(operator)
      this.skipNewlines()
      left = { kind: operator === '&&' ? 'and' : 'or', left, right: this.#pipeline() }
    }
  }

  #pipeline(): Node {
    let negated = false
    while (this.reserved() === '!') {
      this.takeReserved('!')
      negated = !negated
    }
    const commands = [this.#command()]
    while (this.operator() === '|') {
      this.takeOperator('|')
      this.skipNewlines()
      commands.push(this.#command())
    }
    const [only] = commands
    return commands.length === 1 && !negated && only !== undefined ? only : { kind: 'pipeline', commands, negated }
  }

  #command(): Node {
    if (this.operator() === '(') {
      this.takeOperator('(')
      const body = this.#compoundList()
      this.expectOperator(')')
      return { kind: 'subshell', body, redirects: this.#redirects() }
    }
    switch (this.reserved()) {
      case '{': {
        this.takeReserved('{')
        const body = this.#compoundList()
        this.expect('}')
        return { kind: 'group', body, redirects: this.#redirects() }
      }
      case 'if':
        return this.#if()
      case 'while':
      case 'until': {
        const word = this.reserved()
        this.takeReserved(word ?? '')
        const condition = this.#compoundList()
        const body = this.#doGroup()
        return { kind: 'while', until: word === 'until', condition, body, redirects: this.#redirects() }
      }
      case 'for':
        return this.#for()
      case 'case':
        return this.#case()
      case undefined:
        return this.#simple()
      default:
        return this.unexpected()
    }
  }

  #if(): Node {
    const branches: { condition: Node; body: Node }[] = []
    let otherwise: Node | undefined
    this.takeReserved('if')
    for (;;) {
      const condition = this.#compoundList()
      this.expect('then')
      branches.push({ condition, body: this.#compoundList() })
      if (this.reserved() !== 'elif') break
      this.takeReserved('elif')
    }
    if (this.reserved() === 'else') {
      this.takeReserved('else')
      otherwise = this.#compoundList()
    }
    this.expect('fi')
    return { kind: 'if', branches, otherwise, redirects: this.#redirects() }
  }

  #for(): Node {
    this.takeReserved('for')
    const name = this.plainWord()
    if (name === undefined || !NAME.test(name)) throw new ShellSyntaxError('Bad for loop variable', this.line)
    this.skipNewlines()
    let words: Word[] | undefined
    if (this.reserved() === 'in') {
      this.takeReserved('in')
      words = []
      for (;;) {
        this.skipBlanks()
        const word = readWord(this)
        if (word === undefined) break
        words.push(word)
      }
      const operator = this.operator()
      if (operator !== ';' && operator !== '\n') this.unexpected()
      this.takeOperator(operator)
    } else if (this.operator() === ';') this.takeOperator(';')
    return { kind: 'for', name, words, body: this.#doGroup(), redirects: this.#redirects() }
  }

  #doGroup(): Node {
    this.skipNewlines()
    this.expect('do')
    const body = this.#compoundList()
    this.expect('done')
    return body
  }

  #case(): Node {
    this.takeReserved('case')
    this.skipBlanks()
    const word = readWord(this) ?? this.unexpected('word')
    this.skipNewlines()
    this.expect('in')
    const cases: { patterns: Word[]; body: Node }[] = []
    this.skipNewlines()
    while (this.reserved() !== 'esac') {
      if (this.operator() === '(') this.takeOperator('(')
      const patterns: Word[] = []
      for (;;) {
        this.skipBlanks()
        patterns.push(readWord(this) ?? this.unexpected())
        if (this.operator() !== '|') break
        this.takeOperator('|')
      }
      this.expectOperator(')')
      this.skipNewlines()
      const empty = this.operator() === ';;' || this.reserved() === 'esac'
      cases.push({ patterns, body: empty ? { kind: 'list', items: [] } : this.#list(true) })
      this.skipNewlines()
      if (this.operator() === ';;') this.takeOperator(';;')
      else if (this.reserved() !== 'esac') this.unexpected('";;"')
      this.skipNewlines()
    }
    this.takeReserved('esac')
    return { kind: 'case', word, cases, redirects: this.#redirects() }
  }

  #simple(): Node {
    const assignments: Assignment[] = []
    const words: Word[] = []
    const redirects: Redirect[] = []
    this.skipBlanks()
    const { line } = this
    for (;;) {
      const redirect = this.#redirect()
      if (redirect !== undefined) {
        redirects.push(redirect)
        continue
      }
      const word = readWord(this)
      if (word === undefined) break
      const assignment = words.length === 0 ? asAssignment(word) : undefined
      if (assignment !== undefined) assignments.push(assignment)
      else words.push(word)
      const name =
        words.length === 1 && assignments.length === 0 && redirects.length === 0 ? plain(words[0]) : undefined
      if (name !== undefined && this.operator() === '(') return this.#function(name)
    }
    if (assignments.length + words.length + redirects.length === 0) this.unexpected()
    return { kind: 'simple', assignments, words, redirects, line }
  }

  #function(name: string): Node {
    this.takeOperator('(')
    this.expectOperator(')')
    if (!NAME.test(name)) throw new ShellSyntaxError('Bad function name', this.line)
    this.skipNewlines()
    return { kind: 'function', name, body: this.#command() }
  }

  #redirects(): Redirect[] {
    const found: Redirect[] = []
    for (let redirect = this.#redirect(); redirect !== undefined; redirect = this.#redirect()) found.push(redirect)
    return found
  }

  #redirect(): Redirect | undefined {
    this.skipBlanks()
    const match = /^([0-9]?)(<<-|<<|<&|<>|<|>>|>&|>\||>)/.exec(this.text.slice(this.at, this.at + 4))
    if (match?.[2] === undefined) return undefined
    this.skip(match[0].length)
    const sign = match[2]
    const fd = match[1] === '' ? (sign.startsWith('<') ? 0 : 1) : Number(match[1])
    this.skipBlanks()
    const start = this.at
    const target = readWord(this) ?? this.unexpected()
    const operator = (sign === '<<-' ? '<<' : sign) as Redirect['operator']
    const redirect: Redirect = { fd, operator, target }
    if (operator === '<<') {
      const raw = this.text.slice(start, this.at)
      const quoted = /['"\\]/.test(raw)
      this.#pendingHere.push({ redirect, delimiter: raw.replaceAll(/['"\\]/g, ''), quoted, stripTabs: sign === '<<-' })
    }
    return redirect
  }

  protected override lineEnded(): void {
    for (const { redirect, delimiter, quoted, stripTabs } of this.#pendingHere.splice(0)) {
      let body = ''
      const { line } = this
      while (this.peek() !== '') {
        const end = this.text.indexOf('\n', this.at)
        let text = this.takeUntil(end < 0 ? this.text.length : end)
        this.take()
        if (stripTabs) text = text.replace(/^\t+/, '')
        if (text === delimiter) break
        body += `${text}\n`
      }
      redirect.target = quoted ? { parts: [{ kind: 'quoted', text: body }] } : readHereText(new Parser(body, line))
    }
  }
}

function asAssignment(word: Word): Assignment | undefined {
  const [first, ...rest] = word.parts
  if (first?.kind !== 'text') return undefined
  const match = /^([A-Za-z_][A-Za-z0-9_]*)=/.exec(first.text)
  if (match?.[1] === undefined) return undefined
  const text = first.text.slice(match[0].length)
  const parts: WordPart[] = text === '' ? rest : [{ kind: 'text', text }, ...rest]
  return { name: match[1], value: { parts } }
}

function plain(word: Word | undefined): string | undefined {
  const [part, ...more] = word?.parts ?? []
  return part?.kind === 'text' && more.length === 0 ? part.text : undefined
}
