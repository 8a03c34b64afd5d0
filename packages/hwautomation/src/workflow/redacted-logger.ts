import type { Logger } from '../logger.ts'
import type { Redactor } from '../redaction.ts'

/**
 * The logger, with secrets masked in fields and message, and `bindings` on every line. Errors among the fields stay errors of their
 * kind, for the host's serializer to find. A logger that throws is ignored.
 */
export function redactedLogger(logger: Logger, redactor: Redactor, bindings: object = {}): Logger {
  const line = (level: keyof Logger) => (fields: object, message: string) => {
    try {
      const all = Object.entries({ ...bindings, ...fields }).map(([name, value]) => [name, masked(value, redactor)])
      logger[level](Object.fromEntries(all), redactor.text(message))
    } catch {
      // a broken log must not break a run, and there is nowhere else to say so
    }
  }
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') }
}

/** What is in an error is not enumerable: the redactor would find nothing in it, and leave nothing of it. */
function masked(value: unknown, redactor: Redactor): unknown {
  if (!(value instanceof Error)) return redactor.value(value)
  const { message, stack, cause } = value
  return Object.assign(Object.create(Object.getPrototypeOf(value) as object) as object, {
    message: redactor.text(message),
    stack: redactor.text(stack ?? ''),
    ...('code' in value ? { code: value.code } : {}),
    ...(cause === undefined ? {} : { cause: masked(cause, redactor) }),
  })
}
