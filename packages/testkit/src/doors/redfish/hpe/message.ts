import type { RedfishReply } from '../reply.ts'

/**
 * One entry of HPE's extended info: id and arguments, never a text (the text is in the registry).
 * Registry versions as iLO 6 sends them: `Base.1.12`, `iLO.2.15`.
 */
export interface RedfishMessage {
  readonly MessageId: string
  readonly MessageArgs?: readonly string[]
}

/**
 * HPE's envelope: an `error` object, also inside a 200 (iLO RESTful API reference, "Error responses").
 *
 * @example
 * envelope(200, 'iLO.2.15.SystemResetRequired')
 */
export function envelope(status: number, id: string, ...args: readonly string[]): RedfishReply {
  const message: RedfishMessage = args.length === 0 ? { MessageId: id } : { MessageArgs: args, MessageId: id }
  return {
    status,
    body: {
      error: {
        code: 'iLO.0.10.ExtendedInfo',
        message: 'See @Message.ExtendedInfo for more information.',
        '@Message.ExtendedInfo': [message],
      },
    },
  }
}

/** 200 with an empty-handed success. */
export function success(): RedfishReply {
  return envelope(200, 'Base.1.12.Success')
}

/** 405 as recorded: no body, text/plain, and what would be allowed (python-ilorest-library#45). */
export function methodNotAllowed(allow: readonly string[]): RedfishReply {
  return { status: 405, headers: { Allow: allow.join(', '), 'Content-Type': 'text/plain' } }
}

/** Name of the resource in the arguments: the URI as asked. */
export function missing(uri: string): RedfishReply {
  return envelope(404, 'Base.1.12.ResourceMissingAtURI', uri)
}
