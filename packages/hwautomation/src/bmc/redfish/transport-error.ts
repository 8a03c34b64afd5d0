import { HwError, isHwError } from '../../errors.ts'
import type { RedfishRequest } from './transport.ts'

/** The request went out and the answer did not come, or not to its end. */
export function lostError(request: RedfishRequest, host: string, cause: unknown): HwError {
  const context = { host, method: request.method, path: request.path }
  if (codeOf(cause) === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') {
    const message = `The BMC at ${host} answered ${request.method} ${request.path} with more than is sensible`
    return new HwError({
      code: 'bmc.reply-too-long',
      kind: 'invalid',
      message,
      hint: 'Is this address the BMC itself?',
      context,
      cause,
    })
  }
  if (isHwError(cause) && (cause.code === 'bmc.closed' || request.method === 'GET')) return cause
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new HwError({
    code: 'bmc.reply-lost',
    kind: request.method === 'GET' ? 'transient' : 'lost-contact-after-effect',
    message: `The BMC at ${host} did not answer ${request.method} ${request.path} to the end: ${reason}`,
    hint:
      request.method === 'GET'
        ? 'Try again; a BMC that restarts is away for some minutes.'
        : 'It may have happened all the same: read the state before repeating it.',
    context,
    cause,
  })
}

/** Nothing came within the wall time. */
export function timeoutError(request: RedfishRequest, host: string, ms: number): HwError {
  return new HwError({
    code: 'bmc.timeout',
    kind: 'timeout',
    message: `The BMC at ${host} did not answer ${request.method} ${request.path} within ${ms / 1000} s`,
    hint: 'Is the BMC up? Ping it, and look at its web page; a hung BMC needs a cold reset.',
    context: { host, method: request.method, path: request.path },
  })
}

/** Somebody closed the client. */
export function closedError(host: string): HwError {
  return new HwError({ code: 'bmc.closed', kind: 'cancelled', message: `The client of the BMC at ${host} was closed` })
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
}
