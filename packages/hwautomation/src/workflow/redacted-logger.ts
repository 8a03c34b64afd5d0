import type { Logger } from '../logger.ts'
import type { Redactor } from '../redaction.ts'

/** The logger, with secrets masked in fields and message, and `bindings` on every line. A logger that throws is ignored. */
export function redactedLogger(logger: Logger, redactor: Redactor, bindings: object = {}): Logger {
  const line = (level: keyof Logger) => (fields: object, message: string) => {
    try {
      logger[level](redactor.value({ ...bindings, ...fields }), redactor.text(message))
    } catch {
      // a broken log must not break a run, and there is nowhere else to say so
    }
  }
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') }
}
