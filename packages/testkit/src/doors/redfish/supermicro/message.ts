import type { RedfishReply } from '../reply.ts'

/** One entry of a Supermicro BMC's extended info, in the order of its fields. */
interface Entry {
  readonly id: string
  readonly message: string
  readonly severity?: 'OK' | 'Warning' | 'Critical'
  readonly resolution?: string
  readonly args?: readonly string[]
}

/**
 * The error envelope as recorded: `Message` in capitals, a `RelatedProperties` of one empty string (ironic-image#688).
 *
 * @example
 * fault(400, { id: 'Base.v1_10_3.PropertyUnknown', message: 'The property x is not in the list …', args: ['x'] })
 */
export function fault(status: number, entry: Entry): RedfishReply {
  return {
    status,
    body: {
      error: {
        code: 'Base.v1_10_3.GeneralError',
        Message: 'A general error has occurred. See ExtendedInfo for more information.',
        '@Message.ExtendedInfo': [entryOf(entry)],
      },
    },
  }
}

/** A success body: lower-case `message` here (gofish's recorded bodies). */
export function success(): RedfishReply {
  return {
    status: 200,
    body: { Success: { code: 'Base.v1_10_3.Success', message: 'Successfully Completed Request.' } },
  }
}

/** 202: accepted, to be looked at again. */
export function accepted(): RedfishReply {
  return {
    status: 202,
    body: {
      Accepted: {
        code: 'Base.v1_10_3.Accepted',
        Message: 'Successfully Accepted Request. Please see the location header and ExtendedInfo for more information.',
        '@Message.ExtendedInfo': [],
      },
    },
  }
}

/** DMTF's Base registry of version 1.10.3, the messages that this BMC has need of. */
export const base = {
  accessDenied: () => ({
    id: 'Base.v1_10_3.AccessDenied',
    message: 'The authentication credentials included with this request are missing or invalid.',
    severity: 'Critical' as const,
    resolution: 'Attempt to ensure that the URI is correct and that the service has the appropriate credentials.',
  }),
  insufficientPrivilege: () => ({
    id: 'Base.v1_10_3.InsufficientPrivilege',
    message:
      'There are insufficient privileges for the account or credentials associated with the current session to perform the requested operation.',
    severity: 'Critical' as const,
    resolution: 'Either abandon the operation or change the associated access rights and resubmit the request.',
  }),
  propertyUnknown: (name: string) => ({
    id: 'Base.v1_10_3.PropertyUnknown',
    message: `The property ${name} is not in the list of valid properties for the resource.`,
    resolution: 'Remove the unknown property from the request body and resubmit the request.',
    args: [name],
  }),
  propertyMissing: (name: string) => ({
    id: 'Base.v1_10_3.PropertyMissing',
    message: `The property ${name} is a required property and must be included in the request.`,
    resolution: 'Ensure that the property is in the request body and has a valid value and resubmit the request.',
    args: [name],
  }),
  propertyNotWritable: (name: string) => ({
    id: 'Base.v1_10_3.PropertyNotWritable',
    message: `The property ${name} is a read only property and cannot be assigned a value.`,
    resolution: 'Remove the property from the request body and resubmit the request.',
    args: [name],
  }),
  valueType: (value: string, name: string) => ({
    id: 'Base.v1_10_3.PropertyValueTypeError',
    message: `The value ${value} for the property ${name} is of a different type than the property can accept.`,
    resolution: 'Correct the value for the property in the request body and resubmit the request.',
    args: [value, name],
  }),
  valueNotInList: (value: string, name: string) => ({
    id: 'Base.v1_10_3.PropertyValueNotInList',
    message: `The value ${value} for the property ${name} is not in the list of acceptable values.`,
    resolution:
      'Choose a value from the enumeration list that the implementation can support and resubmit the request.',
    args: [value, name],
  }),
  actionParameterMissing: (action: string, name: string) => ({
    id: 'Base.v1_10_3.ActionParameterMissing',
    message: `The action ${action} requires that the parameter ${name} be present in the request body.`,
    severity: 'Critical' as const,
    resolution: 'Supply the action with the required parameter in the request body when the request is resubmitted.',
    args: [action, name],
  }),
  actionParameterNotSupported: (name: string, action: string) => ({
    id: 'Base.v1_10_3.ActionParameterNotSupported',
    message: `The parameter ${name} for the action ${action} is not supported on the target resource.`,
    resolution: 'Remove the parameter supplied and resubmit the request if the operation is still desired.',
    args: [name, action],
  }),
  preconditionFailed: () => ({
    id: 'Base.v1_10_3.PreconditionFailed',
    message: 'The ETag supplied did not match the ETag required to change this resource.',
    severity: 'Critical' as const,
    resolution: 'Try the operation again using the appropriate ETag.',
  }),
  malformedJson: () => ({
    id: 'Base.v1_10_3.MalformedJSON',
    message: 'The request body submitted was malformed JSON and could not be parsed by the receiving service.',
    severity: 'Critical' as const,
    resolution: 'Ensure that the request body is valid JSON and resubmit the request.',
  }),
  sessionLimitExceeded: () => ({
    id: 'Base.v1_10_3.SessionLimitExceeded',
    message:
      'The session establishment failed due to the number of simultaneous sessions exceeding the limit of the implementation.',
    severity: 'Critical' as const,
    resolution: 'Reduce the number of other sessions before trying to establish the session.',
  }),
  unavailable: () => ({
    id: 'Base.v1_10_3.ServiceTemporarilyUnavailable',
    message: 'The service is temporarily unavailable.  Retry in 30 seconds.',
    severity: 'Critical' as const,
    resolution: 'Wait for the indicated retry duration and retry the operation.',
    args: ['30'],
  }),
} satisfies Record<string, (...args: string[]) => Entry>

/** 403 of everything that a licence opens (ironic-image#688). */
export function licenceMissing(status = 403): RedfishReply {
  return fault(status, {
    id: 'SMC.1.0.OemLicenseNotPassed',
    message: 'Not licensed to perform this request. The following licenses DCMS were needed',
    severity: 'Warning',
    resolution: 'Please activate at least one license in the above message.',
    args: ['DCMS '],
  })
}

/** A missing path is answered by the web server, in HTML (sushy, on X10 and X11). The page's words are assumed. */
export function missing(): RedfishReply {
  return {
    status: 404,
    headers: { 'Content-Type': 'text/html' },
    body: '<?xml version="1.0" encoding="iso-8859-1"?>\n<html><head><title>404 - Not Found</title></head><body><h1>404 - Not Found</h1></body></html>\n',
  }
}

function entryOf({ id, message, severity = 'Warning', resolution = '', args = [''] }: Entry): unknown {
  return {
    MessageId: id,
    Severity: severity,
    Resolution: resolution,
    Message: message,
    MessageArgs: args,
    RelatedProperties: [''],
  }
}
