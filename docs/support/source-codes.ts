import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'

/** One code as the sources make it. */
export interface SourceCode {
  /** Kinds that stand beside it in the same object; empty where the kind is found out elsewhere. */
  readonly kinds: ReadonlySet<string>
  /** First place, e.g. `ssh/ssh-errors.ts:17`. */
  readonly place: string
}

export interface SourceCodes {
  readonly errors: ReadonlyMap<string, SourceCode>
  /** Codes of `context.warn(…)`: they stand in a record and end nothing. */
  readonly warnings: ReadonlyMap<string, SourceCode>
}

interface Found {
  readonly kinds: Set<string>
  readonly place: string
}

const CODE = /^[a-z]+(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)+$/
/** Properties whose dotted words are not codes of errors: effects, event types, names of files. */
const OTHER_PROPERTIES: ReadonlySet<string> = new Set(['effect', 'type'])

/**
 * Every code that the sources under `folder` make: `code: 'a.b'`, keys and cells of tables (`'maas.auth': { kind … }`,
 * `ECONNREFUSED: ['network.refused', …]`), and first arguments of the functions that make errors (`maasError('maas.auth', …)`).
 * Codes that are only asked for (compared, members of a `new Set`) are not made by that.
 */
export function codesOfSources(folder: string): SourceCodes {
  const errors = new Map<string, Found>()
  const warnings = new Map<string, Found>()
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .toSorted()) {
    const file = ts.createSourceFile(name, readFileSync(path.join(folder, name), 'utf8'), ts.ScriptTarget.Latest, true)
    const visit = (node: ts.Node): void => {
      if (ts.isStringLiteralLike(node) && CODE.test(node.text)) {
        const role = roleOf(node)
        if (role !== undefined) note(role === 'warning' ? warnings : errors, node)
      }
      ts.forEachChild(node, visit)
    }
    const note = (into: Map<string, Found>, node: ts.StringLiteralLike) => {
      const line = file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1
      const found = into.get(node.text) ?? { kinds: new Set<string>(), place: `${name.replaceAll('\\', '/')}:${line}` }
      into.set(node.text, found)
      for (const kind of kindsBeside(node)) found.kinds.add(kind)
    }
    visit(file)
  }
  return { errors, warnings }
}

function roleOf(literal: ts.StringLiteralLike): 'error' | 'warning' | undefined {
  const { parent } = literal
  if (ts.isPropertyAssignment(parent) && parent.name === literal)
    return hasProperty(parent.initializer, 'kind') ? 'error' : undefined
  if (ts.isCallExpression(parent)) {
    const called = parent.expression.getText()
    if (called.endsWith('.warn')) return 'warning'
    return /error|transient|initFrom/i.test(called) ? 'error' : undefined
  }
  const property = holderOf(literal)
  if (property === undefined) return undefined
  if (ts.isVariableDeclaration(property)) return /\bcode\b/i.test(property.name.getText()) ? 'error' : undefined
  const name = nameOf(property)
  const object = property.parent.parent
  if (name === 'code' && ts.isVariableDeclaration(object) && object.name.getText() === 'warning') return 'warning'
  return name === 'code' || (isTableOfCodes(property) && !OTHER_PROPERTIES.has(name)) ? 'error' : undefined
}

/** The property or variable a literal is the value of, through conditionals, `??`, parentheses and tuples. */
function holderOf(literal: ts.Node): ts.PropertyAssignment | ts.VariableDeclaration | undefined {
  let node = literal
  for (;;) {
    const { parent } = node
    if (ts.isPropertyAssignment(parent)) return parent.initializer === node ? parent : undefined
    if (ts.isVariableDeclaration(parent)) return parent
    const through =
      (ts.isConditionalExpression(parent) && parent.condition !== node) ||
      (ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken) ||
      (ts.isArrayLiteralExpression(parent) && parent.elements[0] === node) ||
      ts.isParenthesizedExpression(parent) ||
      ts.isAsExpression(parent)
    if (!through) return undefined
    node = parent
  }
}

/** A table `…: Record<string, code>` whose name or type says that it holds codes. */
function isTableOfCodes(property: ts.PropertyAssignment): boolean {
  const declaration = property.parent.parent
  return ts.isVariableDeclaration(declaration) && /^BY_|\bcode\b/i.test(declaration.getText().split('=')[0] ?? '')
}

function kindsBeside(literal: ts.StringLiteralLike): readonly string[] {
  const { parent } = literal
  const object =
    ts.isPropertyAssignment(parent) && parent.name === literal ? parent.initializer : holderOf(literal)?.parent
  if (object === undefined || !ts.isObjectLiteralExpression(object)) return []
  return object.properties
    .filter(ts.isPropertyAssignment)
    .filter((property) => /^kind(IfSent)?$/.test(nameOf(property)))
    .flatMap(({ initializer }) => wordsOf(initializer))
}

/** The literals an expression can come to. */
function wordsOf(node: ts.Expression): readonly string[] {
  if (ts.isStringLiteralLike(node)) return [node.text]
  if (ts.isConditionalExpression(node)) return [...wordsOf(node.whenTrue), ...wordsOf(node.whenFalse)]
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node)) return wordsOf(node.expression)
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken)
    return wordsOf(node.right)
  return []
}

function hasProperty(node: ts.Expression, name: string): boolean {
  return ts.isObjectLiteralExpression(node) && node.properties.some((property) => nameOf(property) === name)
}

function nameOf(node: ts.Node | undefined): string {
  const name = node !== undefined && 'name' in node ? (node.name as ts.Node | undefined) : undefined
  return name !== undefined && (ts.isIdentifier(name) || ts.isStringLiteralLike(name)) ? name.text : ''
}
