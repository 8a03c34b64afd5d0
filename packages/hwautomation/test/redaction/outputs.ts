import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import type { LogEntry, ProcessStart } from '@hwautomation/testkit'
import type { Logger } from '../../src/index.ts'
import { formsOf, type Secrets } from './planted-secrets.ts'

/** Everything that came out, by where. */
export class Outputs {
  readonly #texts = new Map<string, Buffer[]>()

  /** A text, bytes, or anything else as JSON and, where it may hold what JSON leaves out (causes, stacks), as a debugger shows it. */
  add(where: string, what: unknown): void {
    const texts = this.#texts.get(where) ?? []
    this.#texts.set(where, texts)
    if (typeof what === 'string' || what instanceof Uint8Array) texts.push(Buffer.from(what as string))
    else
      texts.push(Buffer.from(`${JSON.stringify(what)}\n${what instanceof Error ? inspect(what, { depth: 20 }) : ''}`))
  }

  get logger(): Logger {
    const line = (fields: object, message: string) => {
      // an error in a field is shown as a host's logger would
      for (const value of Object.values(fields)) if (value instanceof Error) this.add('log', value)
      this.add('log', { fields, message })
    }
    return { debug: line, info: line, warn: line, error: line }
  }

  readonly onProcess = ({ argv, environment }: ProcessStart): void => {
    this.add('argv of a process', argv.join('\n'))
    this.add('environment of a process', [...environment].map(([name, value]) => `${name}=${value}`).join('\n'))
  }

  addRequests(entries: readonly LogEntry[]): void {
    for (const { door, call, detail } of entries) this.add(`${door} requests`, `${call} ${detail}`)
  }

  /** Every file below a folder: its name and its bytes. */
  addFolder(where: string, folder: string): void {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      this.add(`${where}: names`, entry.name)
      if (entry.isFile()) this.add(where, readFileSync(join(entry.parentPath, entry.name)))
    }
  }

  get places(): readonly string[] {
    return [...this.#texts.keys()].toSorted()
  }

  /** How often a text stands in what came out at a place. */
  count(where: string, text: string): number {
    return (this.#texts.get(where) ?? []).reduce((count, bytes) => count + bytes.toString().split(text).length - 1, 0)
  }

  /** Where which secret came out, in words. */
  leaks(secrets: Secrets): readonly string[] {
    const forms = Object.entries(secrets).flatMap(([what, pieces]) =>
      pieces.flatMap((piece) => formsOf(piece)).map((form) => ({ what, form })),
    )
    const found = [...this.#texts].flatMap(([where, texts]) =>
      forms
        .filter(({ form }) => texts.some((bytes) => bytes.includes(form)))
        .map(({ what, form }) => `${where}: the ${what} as ${form}`),
    )
    return [...new Set(found)]
  }
}
