import { LogLevel } from '@slack/bolt'
import type { Logger, Redactor } from 'hwautomation'

/** The shape in which Slack's packages log. */
export interface SlackLogger {
  debug(...words: unknown[]): void
  info(...words: unknown[]): void
  warn(...words: unknown[]): void
  error(...words: unknown[]): void
  setLevel(level: LogLevel): void
  getLevel(): LogLevel
  setName(name: string): void
}

/** What Slack's packages have to say, in our log. Their `debug` has whole payloads in it and is left out. */
export function slackLogger(logger: Logger, redactor: Pick<Redactor, 'text'>, from: string): SlackLogger {
  const words = (said: readonly unknown[]) =>
    ({
      says: redactor.text(said.map((word) => (word instanceof Error ? word.message : String(word))).join(' ')),
    }) as const
  return {
    debug: () => {},
    info: (...said) => logger.debug(words(said), from),
    warn: (...said) => logger.warn(words(said), from),
    error: (...said) => logger.warn(words(said), from),
    setLevel: () => {},
    getLevel: () => LogLevel.INFO,
    setName: () => {},
  }
}
