import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** How many comments of each file under `folder` say that something is assumed; files with none are left out. */
export function assumptionsOf(folder: string): ReadonlyMap<string, readonly string[]> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
  const found = files.toSorted().map((name): [string, string[]] => {
    const comments = readFileSync(path.join(folder, name), 'utf8').match(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g) ?? []
    return [name.replaceAll('\\', '/'), comments.filter(saysSo)]
  })
  return new Map(found.filter(([, comments]) => comments.length > 0))
}

/** "What is assumed is marked" only points elsewhere. */
function saysSo(comment: string): boolean {
  return /\bassumed\b/i.test(comment.replaceAll(/what is assumed/gi, ''))
}
