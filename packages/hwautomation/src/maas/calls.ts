import type { Fields } from './form.ts'
import { maasError } from './maas-errors.ts'

/** One request to MAAS, before it is signed. */
export interface MaasCall {
  readonly method: 'GET' | 'POST' | 'PUT'
  /** Under the API root; MAAS answers 404 where the trailing slash is missing. */
  readonly path: string
  readonly query?: Fields
  readonly form?: Fields
  /** What it is for, in the words of an error: `commission machine p3wxky`. */
  readonly purpose: string
  /** The system_id it is about. */
  readonly machine?: string
  /** MAAS contacts the BMC before it answers: up to 60 s of its own. */
  readonly touchesPower?: boolean
  /** The machine's status can have moved although MAAS answered 503 (abort: stays 1 without owner; exit_rescue_mode: 19, later 20). */
  readonly movesWhenBusy?: boolean
  /** Nothing of the answer is ever quoted: it holds passwords. */
  readonly secretAnswer?: boolean
}

/** `POST machines/p3wxky/?op=commission`: as it stands in errors and logs, without other query values. */
export function callName(call: MaasCall): string {
  const op = call.query?.['op']
  return `${call.method} ${call.path}${typeof op === 'string' ? `?op=${op}` : ''}`
}

/** @throws `maas.invalid` for what cannot be a system_id */
export function machinePath(id: string): string {
  return `machines/${systemId(id)}/`
}

export function resultsPath(id: string, set: string | number): string {
  return `nodes/${systemId(id)}/results/${set}/`
}

/** Tag names are letters, digits, `_` and `-`, at most 256 (MAAS 3.3 recorded). */
export function tagPath(name: string): string {
  const rule = 'must be letters, digits, dashes and underscores, at most 256'
  if (!/^[\w-]{1,256}$/.test(name)) throw invalidInput(`The tag name ${JSON.stringify(name.slice(0, 300))} ${rule}.`)
  return `tags/${name}/`
}

/** A system_id becomes part of a path, so nothing but its own letters is let through. */
export function systemId(id: string): string {
  if (!/^[A-Za-z0-9-]{1,64}$/.test(id))
    throw invalidInput(`${JSON.stringify(id.slice(0, 80))} is not a system_id of MAAS.`)
  return id
}

/** Refused here, before anything is sent. */
export function invalidInput(message: string) {
  return maasError('maas.invalid', { sent: 'no', message })
}
