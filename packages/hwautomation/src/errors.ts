/**
 * What sort of failure an error is. The kind decides whether a retry makes sense and how a run ends.
 *
 * - `transient`: the same call may work in a moment (refused, reset, 5xx of a busy service)
 * - `busy`: the device said "later", perhaps with a time
 * - `auth`: credentials were refused; never repeated, so that no account is locked
 * - `conflict`: the world is in a state that forbids it (another run, another owner, a wrong status)
 * - `invalid`: the input is wrong; repeating cannot help
 * - `licence`: the device lacks a licence
 * - `lost-contact-after-effect`: the request was sent, the answer never came; the effect may be there
 * - `unknown-outcome`: nobody can tell whether a change that must not be repeated has happened
 * - `timeout`: a deadline passed
 * - `cancelled`: somebody asked for it
 * - `internal`: a defect of ours
 */
export type ErrorKind =
  | 'transient'
  | 'busy'
  | 'auth'
  | 'conflict'
  | 'invalid'
  | 'licence'
  | 'lost-contact-after-effect'
  | 'unknown-outcome'
  | 'timeout'
  | 'cancelled'
  | 'internal'

/** Where an error happened and what the device said. Values are short and free of secrets. */
export type ErrorContext = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>

export interface HwErrorInit {
  /** Stable, dotted, documented in docs/errors.md, e.g. `maas.unreachable`. */
  readonly code: string
  readonly kind: ErrorKind
  /** One sentence that names the field, the value and what was expected. */
  readonly message: string
  /** What the operator does next, one sentence. */
  readonly hint?: string
  /** Default: true for `transient`, `busy`, `timeout` and `lost-contact-after-effect`. */
  readonly retryable?: boolean
  /** Milliseconds the device asked us to wait (`Retry-After`). */
  readonly retryAfterMs?: number
  readonly context?: ErrorContext
  readonly cause?: unknown
}

const RETRYABLE: ReadonlySet<ErrorKind> = new Set(['transient', 'busy', 'timeout', 'lost-contact-after-effect'])

/**
 * The one error class of the library. Tell errors apart by `code` and `kind`, never by `instanceof`:
 * two copies of the package in one process are two classes.
 *
 * @example
 * if (isHwError(error) && error.kind === 'auth') askForNewKey(error.hint)
 */
export class HwError extends Error {
  override readonly name: string = 'HwError'
  readonly code: string
  readonly kind: ErrorKind
  readonly retryable: boolean
  readonly hint: string | undefined
  readonly retryAfterMs: number | undefined
  readonly context: ErrorContext

  constructor(init: HwErrorInit) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause })
    this.code = init.code
    this.kind = init.kind
    this.retryable = init.retryable ?? RETRYABLE.has(init.kind)
    this.hint = init.hint
    this.retryAfterMs = init.retryAfterMs
    this.context = init.context ?? {}
  }

  /** A copy that says more about where it happened; what is already known wins. */
  within(context: ErrorContext): HwError {
    return new HwError({ ...this.init(), context: { ...context, ...this.context } })
  }

  private init(): HwErrorInit {
    return {
      code: this.code,
      kind: this.kind,
      message: this.message,
      retryable: this.retryable,
      context: this.context,
      ...(this.hint === undefined ? {} : { hint: this.hint }),
      ...(this.retryAfterMs === undefined ? {} : { retryAfterMs: this.retryAfterMs }),
      ...(this.cause === undefined ? {} : { cause: this.cause }),
    }
  }
}

/** True for an error of this family, also one made by another copy of the package. */
export function isHwError(error: unknown): error is HwError {
  return (
    error instanceof Error &&
    typeof (error as Partial<HwError>).code === 'string' &&
    'kind' in error &&
    'retryable' in error
  )
}

/** Anything thrown, as an error of the family: ours as it is, the rest as `internal`. */
export function toHwError(error: unknown): HwError {
  if (isHwError(error)) return error
  const message = error instanceof Error ? error.message : String(error)
  return new HwError({
    code: 'internal.unexpected',
    kind: 'internal',
    message: `Unexpected error: ${message}`,
    hint: 'This is a defect of hwautomation or of a step of your own; report it with the exported run.',
    cause: error,
  })
}
