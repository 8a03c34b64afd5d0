import { systemClock, type Clock, type Logger, type Redactor } from 'hwautomation'

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** A log as JSON Lines: `{ time, level, message, … }`, from this level up, without the secrets the redactor knows. */
export function jsonLog(
  write: (line: string) => void,
  {
    level,
    redactor,
    clock = systemClock,
  }: { readonly level: LogLevel; readonly redactor: Pick<Redactor, 'value'>; readonly clock?: Clock },
): Logger {
  const from = LOG_LEVELS.indexOf(level)
  const at = (own: LogLevel) => (fields: object, message: string) => {
    if (LOG_LEVELS.indexOf(own) < from) return
    write(
      `${inOneLine({ time: new Date(clock.now()).toISOString(), level: own, message, ...redactor.value({ ...fields }) })}\n`,
    )
  }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** Errors among the fields by message; what JSON cannot say is left out. */
function inOneLine(fields: Record<string, unknown>): string {
  try {
    return JSON.stringify(fields, (_, value: unknown) =>
      value instanceof Error ? value.message : typeof value === 'bigint' ? String(value) : value,
    )
  } catch {
    return JSON.stringify({ time: fields['time'], level: fields['level'], message: fields['message'] })
  }
}
