/** The part of pino's shape that the library writes to. Bring your own; without one the library is silent. */
export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

const ignore = () => {}

/** Says nothing: the default, since a library must not write to its host's stdout. */
export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore }
