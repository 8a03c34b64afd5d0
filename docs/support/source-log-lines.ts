import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import ts from 'typescript'

/** A call of a logger in the sources. */
export interface LogLine {
  readonly level: string
  /** Undefined where it is not a literal: then nobody can search for it. */
  readonly message: string | undefined
  /** e.g. `maas/transport.ts:58`. */
  readonly place: string
}

const LEVELS: ReadonlySet<string> = new Set(['debug', 'info', 'warn', 'error'])

/** Every line that the sources under `folder` write to a logger: `….logger.warn({ … }, 'message')`. */
export function logLinesOf(folder: string): LogLine[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
  return files.toSorted().flatMap((name) => linesOf(name, readFileSync(path.join(folder, name), 'utf8')))
}

function linesOf(name: string, text: string): LogLine[] {
  const file = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true)
  const found: LogLine[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isOfLogger(node.expression)) {
      const [, message] = node.arguments
      found.push({
        level: node.expression.name.text,
        message: message !== undefined && ts.isStringLiteralLike(message) ? message.text : undefined,
        place: `${name.replaceAll('\\', '/')}:${file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1}`,
      })
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

function isOfLogger(called: ts.Expression): called is ts.PropertyAccessExpression {
  return (
    ts.isPropertyAccessExpression(called) &&
    LEVELS.has(called.name.text) &&
    /logger$/i.test(called.expression.getText())
  )
}
