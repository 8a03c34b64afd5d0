import type { RedfishReply } from '../reply.ts'

/** One entry of extended info. */
interface Message {
  readonly id: string
  readonly text: string
  readonly args?: readonly string[]
  readonly related?: readonly string[]
}

/** DMTF's name for the same fault, which an iDRAC gives after its own. */
const TWINS: Readonly<Record<string, { readonly id: string; text(args: readonly string[]): string }>> = {
  SYS400: {
    id: 'PreconditionFailed',
    text: () => 'The ETag supplied did not match the ETag required to change this resource.',
  },
  SYS402: { id: 'OperationNotAllowed', text: () => 'The HTTP method is not allowed on this resource.' },
  SYS403: { id: 'ResourceMissingAtURI', text: ([what]) => `The resource at the URI ${what} was not found.` },
  SYS405: {
    id: 'MalformedJSON',
    text: () => 'The request body submitted was malformed JSON and could not be parsed by the receiving service.',
  },
  SYS424: {
    id: 'PropertyValueTypeError',
    text: ([v, p]) => `The value ${v} for the property ${p} is of a different type than the property can accept.`,
  },
  SYS426: {
    id: 'PropertyValueNotInList',
    text: ([v, p]) => `The value ${v} for the property ${p} is not in the list of acceptable values.`,
  },
  SYS427: {
    id: 'PropertyNotWritable',
    text: ([p]) => `The property ${p} is a read only property and cannot be assigned a value.`,
  },
  SYS428: {
    id: 'PropertyMissing',
    text: ([p]) => `The property ${p} is a required property and must be included in the request.`,
  },
  SYS429: {
    id: 'PropertyUnknown',
    text: ([p]) => `The property ${p} is not in the list of valid properties for the resource.`,
  },
}

/**
 * An iDRAC's error: its own message first, DMTF's after it, a count beside every list, `Informational` among the severities, and
 * no full stop at the end of the general sentence (recorded error bodies: gofish#75, iDRAC-Redfish-Scripting#262). Assumed: which
 * of Dell's messages has which of DMTF's beside it, and the resolutions.
 */
export function fault(status: number, key: string, text: string, args: readonly string[] = []): RedfishReply {
  const twin = TWINS[key]
  const messages: Message[] = [{ id: `IDRAC.2.8.${key}`, text, args }]
  if (twin !== undefined) messages.push({ id: `Base.1.12.${twin.id}`, text: twin.text(args), args })
  return envelope(status, messages)
}

/** A fault that has no name of Dell's. */
export function baseFault(status: number, key: string, text: string, args: readonly string[] = []): RedfishReply {
  return envelope(status, [{ id: `Base.1.12.${key}`, text, args }])
}

function envelope(status: number, messages: readonly Message[]): RedfishReply {
  return {
    status,
    body: {
      error: {
        '@Message.ExtendedInfo': messages.map(entry),
        '@Message.ExtendedInfo@odata.count': messages.length,
        code: 'Base.1.12.GeneralError',
        message: 'A general error has occurred. See ExtendedInfo for more information',
      },
    },
  }
}

/** A success: the two entries at the root, no `error`. */
export function success(): RedfishReply {
  const messages: readonly Message[] = [
    { id: 'Base.1.12.Success', text: 'The request completed successfully.' },
    { id: 'IDRAC.2.8.SYS413', text: 'The operation successfully completed.' },
  ]
  return {
    status: 200,
    body: {
      '@Message.ExtendedInfo': messages.map((message) => ({ ...entry(message), Severity: 'OK', Resolution: 'None' })),
    },
  }
}

function entry({ id, text, args = [], related = [] }: Message): Readonly<Record<string, unknown>> {
  return {
    Message: text,
    MessageArgs: args,
    'MessageArgs@odata.count': args.length,
    MessageId: id,
    RelatedProperties: related,
    'RelatedProperties@odata.count': related.length,
    Resolution: 'No response action is required.',
    Severity: id.startsWith('IDRAC.') ? 'Informational' : 'Critical',
  }
}

/** As recorded with an iDRAC10; on iDRAC9 the version in the id is its own. */
export function accessDenied(status = 401): RedfishReply {
  const { body } = baseFault(
    status,
    'AccessDenied',
    'The authentication credentials included with this request are missing or invalid.',
  )
  return { status, headers: { 'WWW-Authenticate': 'Basic realm="RedfishService"' }, body }
}

/** Dell's own name and DMTF's; the argument is the last segment. */
export function missing(pathname: string): RedfishReply {
  const segment = pathname.replace(/\/$/, '').split('/').at(-1) ?? ''
  return fault(
    404,
    'SYS403',
    `Unable to complete the operation because the resource ${segment} entered in not found.`,
    [segment],
  )
}

/** Refused before the resource is looked at: extended info is an object then, no list (community.general#5886). */
export function unsupportedMediaType(): RedfishReply {
  return {
    status: 415,
    body: {
      error: {
        '@Message.ExtendedInfo': {
          '@odata.type': '#Message.v1_0_0.Message',
          MessageId: 'Base.1.12.GeneralError',
          Message: 'A general error has occurred. See ExtendedInfo for more information.',
          Resolution: 'Redfish request contains unsupported media type. Correct the request body and resubmit.',
          Severity: 'Warning',
        },
        code: 'Base.1.12.GeneralError',
        message: 'A general error has occurred. See ExtendedInfo for more information.',
      },
    },
  }
}

/** A property that is not there to be written. */
export function unknownProperty(name: string): RedfishReply {
  return fault(400, 'SYS429', `Unable to complete the operation because the property ${name} is not supported.`, [name])
}

/** A value outside the list. */
export function notInList(value: unknown, name: string): RedfishReply {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return fault(
    400,
    'SYS426',
    `Unable to complete the operation because the value ${text} entered for the property ${name} is not in the list of acceptable values.`,
    [text, name],
  )
}

/** A value of another JSON type. */
export function wrongType(value: unknown, name: string): RedfishReply {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return fault(
    400,
    'SYS424',
    `Unable to complete the operation because the value ${text} entered for the property ${name} is not of the expected type.`,
    [text, name],
  )
}

export function readOnlyProperty(name: string): RedfishReply {
  return fault(
    400,
    'SYS427',
    `Unable to complete the operation because the property ${name} is a read-only property and cannot be changed.`,
    [name],
  )
}

export function missingProperty(name: string): RedfishReply {
  return fault(
    400,
    'SYS428',
    `Unable to complete the operation because the required property ${name} is missing from the request body.`,
    [name],
  )
}
