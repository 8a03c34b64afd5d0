import type { Json } from 'hwautomation'
import type { Wanted } from '../commands/place-order.ts'
import { INPUTS } from '../views/action-ids.ts'
import { PROVISION_OPTIONS, type ProvisionModalState } from '../views/provision-modal.ts'
import type { ViewBody } from './payload.ts'

type Values = ViewBody['state']['values']

/** What is in the form, as it was typed. */
export function formValues({ state: { values } }: ViewBody): ProvisionModalState {
  const has = (id: string) => id in values
  const kind = has(INPUTS.sheet) ? 'sheet' : has(INPUTS.servers) ? 'range' : 'one'
  const fields = {
    server: valueIn(values, INPUTS.server),
    servers: valueIn(values, INPUTS.servers),
    deviceType: valueIn(values, INPUTS.deviceType),
    ipmi: valueIn(values, INPUTS.ipmi),
    gateway: valueIn(values, INPUTS.gateway),
    sheet: valueIn(values, INPUTS.sheet),
    atOnce: valueIn(values, INPUTS.atOnce),
    perGroup: valueIn(values, INPUTS.perGroup),
    canary: valueIn(values, INPUTS.canary),
    maxFailures: valueIn(values, INPUTS.maxFailures),
  }
  const filled = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
  return { kind, ...filled, options: ticked(values) }
}

/** What is wanted, for the library to judge; or what is wrong with an input, by block id. */
export function wantedOf(
  form: ProvisionModalState,
  channel: string | undefined,
): { readonly wanted: Wanted } | { readonly errors: Readonly<Record<string, string>> } {
  const errors: Record<string, string> = {}
  const number = (id: string, text: string | undefined, least: number): number | undefined => {
    if (text === undefined) return undefined
    if (/^\d{1,4}$/.test(text) && Number(text) >= least) return Number(text)
    errors[id] = `A whole number from ${least}`
    return undefined
  }
  const perGroup = groupOf(form.perGroup)
  if (form.perGroup !== undefined && perGroup === undefined)
    errors[INPUTS.perGroup] = 'zone, pool or rack, and how many: rack:2'
  const policy = {
    atOnce: number(INPUTS.atOnce, form.atOnce, 1),
    canary: number(INPUTS.canary, form.canary, 0),
    maxFailures: number(INPUTS.maxFailures, form.maxFailures, 0),
    perGroup,
  }
  if (Object.keys(errors).length > 0) return { errors }
  const { kind, server, servers, sheet, deviceType, ipmi, gateway, options = [] } = form
  const common = {
    deviceType,
    gateway,
    recommission: options.includes(PROVISION_OPTIONS.recommission) ? true : undefined,
    leaveOn: options.includes(PROVISION_OPTIONS.leaveOn) ? 'rescue' : undefined,
  }
  const isRun = kind === 'one' || kind === undefined
  const request = isRun
    ? { serverId: server, targetIpmiIp: ipmi, ...common }
    : { servers, sheet, ipmi, ...common, ...policy }
  return {
    wanted: {
      is: isRun ? 'run' : 'batch',
      request: said(request),
      tellMe: options.includes(PROVISION_OPTIONS.tellMe),
      ...(channel === undefined ? {} : { channel }),
    },
  }
}

/** Problems of the library that name a field, beside the inputs of the form; the others are left. */
export function besideInputs(problems: readonly string[]): {
  readonly errors: Record<string, string>
  readonly others: readonly string[]
} {
  const errors: Record<string, string> = {}
  const others: string[] = []
  for (const problem of problems) {
    const [, field = '', words = ''] = /^(\w+): (.+)$/s.exec(problem) ?? []
    const block = Object.hasOwn(FIELDS, field) ? FIELDS[field] : undefined
    if (block === undefined) others.push(problem)
    else errors[block] = words.slice(0, 150)
  }
  return { errors, others }
}

const FIELDS: Readonly<Record<string, string | undefined>> = {
  serverId: INPUTS.server,
  servers: INPUTS.servers,
  deviceType: INPUTS.deviceType,
  targetIpmiIp: INPUTS.ipmi,
  ipmi: INPUTS.ipmi,
  gateway: INPUTS.gateway,
}

function groupOf(text: string | undefined): { readonly by: string; readonly most: number } | undefined {
  const [, by, most] = /^\s*(zone|pool|rack)\s*:\s*([1-9]\d{0,3})\s*$/i.exec(text ?? '') ?? []
  return by === undefined ? undefined : { by: by.toLowerCase(), most: Number(most) }
}

function valueIn(values: Values, id: string): string | undefined {
  const element = values[id]?.[id]
  const option = element?.['selected_option']
  const chosen =
    typeof option === 'object' && option !== null ? (option as { value?: unknown }).value : element?.['value']
  return typeof chosen === 'string' && chosen.trim() !== '' ? chosen.trim() : undefined
}

function ticked(values: Values): string[] {
  const options = values[INPUTS.options]?.[INPUTS.options]?.['selected_options']
  if (!Array.isArray(options)) return []
  return options.flatMap((option: unknown) => {
    const value = (option as { readonly value?: unknown } | null)?.value
    return typeof value === 'string' ? [value] : []
  })
}

function said(fields: Readonly<Record<string, unknown>>): Json {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Json
}
