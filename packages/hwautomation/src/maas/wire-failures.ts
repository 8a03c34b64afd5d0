import { TimeoutError } from 'p-timeout'
import { errors } from 'undici'
import type { HwError } from '../errors.ts'
import { callName, type MaasCall } from './calls.ts'
import { AnswerTooLarge, type WireProgress } from './exchange.ts'
import { maasError, type MaasErrorCode } from './maas-errors.ts'

/** What a request that got no whole answer becomes: the code tells what happened, `sent` whether it can have had an effect. */
export function wireFailure(call: MaasCall, error: unknown, progress: WireProgress, timeoutMs: number): HwError {
  const mutating = call.method !== 'GET'
  const { code, problem } = diagnose(error, progress, mutating, timeoutMs)
  return maasError(code, {
    sent: progress.sent ? 'unknown' : 'no',
    mutating,
    message: `Could not ${call.purpose}: ${problem}.`,
    context: { call: callName(call), machine: call.machine },
    cause: withoutData(error),
  })
}

function diagnose(
  error: unknown,
  { sent }: WireProgress,
  mutating: boolean,
  timeoutMs: number,
): { code: MaasErrorCode; problem: string } {
  const reason = systemCode(error)
  if (error instanceof AnswerTooLarge)
    return { code: 'maas.unexpected-answer', problem: `the answer is larger than ${error.limit} bytes` }
  if (error instanceof errors.HTTPParserError)
    return { code: 'maas.unexpected-answer', problem: `the answer is not HTTP (${reason})` }
  if (error instanceof TimeoutError) {
    const code = sent && mutating ? 'maas.lost-answer' : 'maas.timeout'
    return {
      code,
      problem: sent ? `MAAS did not answer within ${timeoutMs} ms` : `no connection to MAAS within ${timeoutMs} ms`,
    }
  }
  if (sent)
    return { code: 'maas.lost-answer', problem: `the connection ended before the answer was complete (${reason})` }
  if (TLS.test(reason)) return { code: 'maas.tls', problem: `the TLS handshake failed (${reason})` }
  return { code: 'maas.unreachable', problem: `no connection to MAAS (${reason})` }
}

/** Names that Node and OpenSSL give to failed handshakes. */
const TLS = /^(EPROTO$|ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/

function systemCode(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (typeof code === 'string') return code
  return error instanceof Error ? error.name : 'unknown'
}

/** What the error says and nothing else of it: undici's parser errors hold the bytes they stumbled over, which can be a password. */
function withoutData(error: unknown): Error {
  const cause = new Error(error instanceof Error ? error.message : String(error))
  cause.name = systemCode(error)
  return cause
}
