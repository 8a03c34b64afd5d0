import { type HwError, isHwError, toHwError } from '../errors.ts'
import type { Redactor } from '../redaction.ts'
import type { ErrorRecord } from './record.ts'
import { shortJson, shortText } from './shorten.ts'

const DEEPEST = 5
const MOST = 20

/**
 * An error as records and events carry it: masked, short, with what is behind it (`cause`, the members of an AggregateError)
 * and what came `beside` it, most important first.
 */
export function toErrorRecord(error: unknown, redactor: Redactor, beside: readonly unknown[] = []): ErrorRecord {
  return record(error, redactor, DEEPEST, beside)
}

function record(error: unknown, redactor: Redactor, depth: number, beside: readonly unknown[] = []): ErrorRecord {
  const known = isHwError(error) || depth === DEEPEST ? toHwError(error) : undefined
  const causes = depth === 0 ? [] : [...behind(known ?? error), ...beside].slice(0, MOST)
  return {
    ...(known === undefined ? foreign(error, redactor) : ours(known, redactor)),
    ...(causes.length === 0 ? {} : { causes: causes.map((cause) => record(cause, redactor, depth - 1)) }),
  }
}

function ours(error: HwError, redactor: Redactor): ErrorRecord {
  return {
    code: error.code,
    kind: error.kind,
    message: shortText(redactor, error.message),
    ...(error.hint === undefined ? {} : { hint: shortText(redactor, error.hint) }),
    retryable: error.retryable,
    context: shortJson(redactor, error.context ?? {}) as ErrorRecord['context'],
  }
}

/** A cause that is not of the family: a socket's ECONNREFUSED, a parser's SyntaxError. */
function foreign(error: unknown, redactor: Redactor): ErrorRecord {
  const code = error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.name) : 'thrown'
  const message = error instanceof Error ? error.message : String(error)
  return {
    code: shortText(redactor, code),
    kind: 'internal',
    message: shortText(redactor, message),
    retryable: false,
    context: {},
  }
}

function behind(error: unknown): unknown[] {
  if (!(error instanceof Error)) return []
  const members = error instanceof AggregateError ? (error.errors as unknown[]) : []
  return [...members, ...(error.cause === undefined ? [] : [error.cause])]
}
