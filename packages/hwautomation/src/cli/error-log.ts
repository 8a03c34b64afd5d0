import { type Logger, silentLogger } from '../logger.ts'
import { plain } from '../report/style.ts'
import { remark } from './print.ts'

/**
 * What a person at the command line must hear of the library's log: its errors, each once a run, such as a full disk on which a run
 * waits. The rest is for services.
 */
export function errorLog(say: (line: string) => void = remark): Logger {
  const said = new Set<string>()
  return {
    ...silentLogger,
    error(fields, message) {
      const { workflowId, error } = fields as { readonly workflowId?: unknown; readonly error?: unknown }
      const why = typeof error === 'string' ? `: ${error}` : ''
      // the words of one cause may differ from time to time; without a run, they are all that tells causes apart
      const key = typeof workflowId === 'string' ? `${workflowId} ${message}` : message + why
      if (said.has(key)) return
      said.add(key)
      say(plain(message + why))
    },
  }
}
