import { StringDecoder } from 'node:string_decoder'

/** What a remote script said around the output it handed over. */
export interface ScriptAnswer {
  /** Boot id and whether the command was started or attached to; absent when the script ended before. */
  readonly boot: { readonly id: string; readonly how: string } | undefined
  readonly pid: string | undefined
  /** What the command printed on stdout. */
  readonly output: Buffer
  /** The last line's words (`code 0`, `running`); undefined when the answer was cut before it. */
  readonly verdict: readonly string[] | undefined
}

/** Takes a script's stdout apart; only lines with the call's word count, wherever a login script has printed something. */
export function parseAnswer(stdout: Buffer, word: string): ScriptAnswer {
  const start = stdout.indexOf(`${word} output\n`)
  const head = stdout.subarray(0, start < 0 ? stdout.length : start).toString()
  const body = start < 0 ? stdout : stdout.subarray(start + word.length + ' output\n'.length)
  const end = body.lastIndexOf(`\n${word} `)
  const tail = end < 0 ? undefined : /^\S+ (.*)\n$/.exec(body.subarray(end + 1).toString())?.[1]
  const boot = wordsOf(head, word, 'boot')
  return {
    boot: boot === undefined ? undefined : { id: boot[0] ?? '', how: boot[1] ?? '' },
    pid: wordsOf(head, word, 'pid')?.[0],
    output: start < 0 ? Buffer.alloc(0) : end < 0 ? body : body.subarray(0, end),
    // The header's own lines are no verdict.
    verdict:
      tail === undefined || (start < 0 && /^(boot|pid) /.test(tail))
        ? undefined
        : tail.split(' ').filter((part) => part !== ''),
  }
}

function wordsOf(head: string, word: string, name: string): readonly string[] | undefined {
  const prefix = `${word} ${name} `
  const line = head.split('\n').find((text) => text.startsWith(prefix))
  return line?.slice(prefix.length).split(' ')
}

/** A tool that never ends its line must not fill our memory. */
const LONGEST_LINE = 8192

/** Cuts a stream of bytes into lines; a carriage return ends one too, as progress bars print it. */
export class Lines {
  readonly #decoder = new StringDecoder('utf8')
  readonly #emit: (line: string) => void
  #rest = ''

  constructor(emit: (line: string) => void) {
    this.#emit = emit
  }

  push(chunk: Buffer): void {
    const parts = (this.#rest + this.#decoder.write(chunk)).split(/\r\n|\n|\r/)
    this.#rest = (parts.pop() ?? '').slice(0, LONGEST_LINE)
    for (const line of parts) if (line !== '') this.#emit(line.slice(0, LONGEST_LINE))
  }

  /** The last line, if it had no end. */
  end(): void {
    if (this.#rest !== '') this.#emit(this.#rest)
    this.#rest = ''
  }
}
