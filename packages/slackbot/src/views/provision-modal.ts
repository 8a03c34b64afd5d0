import type { Checkboxes, InputBlock, KnownBlock, ModalView, Option } from '@slack/types'
import { ACTIONS, CALLBACKS, INPUTS } from './action-ids.ts'
import { plainText } from './blocks.ts'
import { plain, plainLines } from './escape.ts'
import { modal, paragraphs } from './modals.ts'

/** What is filled in already, as the user typed or chose it. */
export interface ProvisionModalState {
  /** One server, a range such as `srv[001-040]`, or a rack sheet. Default: what is filled in, else `one`. */
  readonly kind?: ProvisionKind
  /** Host name or system_id; also the value of an option that was chosen. */
  readonly server?: string
  readonly servers?: string
  readonly deviceType?: string
  readonly ipmi?: string
  readonly gateway?: string
  readonly sheet?: string
  readonly atOnce?: string
  readonly perGroup?: string
  readonly canary?: string
  readonly maxFailures?: string
  /** Ticked, of `PROVISION_OPTIONS`. */
  readonly options?: readonly string[]
  /** Said on top, e.g. why the last attempt was refused. */
  readonly notice?: string
}

export type ProvisionKind = 'one' | 'range' | 'sheet'

/** Values of the checkboxes. */
export const PROVISION_OPTIONS = {
  recommission: 'recommission',
  leaveOn: 'leave-on',
  tellMe: 'tell-me',
} as const

/**
 * The form for `/provision` without arguments. Submitting it makes a plan, which starts nothing. Errors belong to blocks by the ids of
 * `INPUTS`; choosing another kind sends `ACTIONS.formKind`, and Slack keeps what was typed in fields that stay.
 */
export function provisionModal(state: ProvisionModalState = {}, privateMetadata?: string): ModalView {
  const kind = state.kind ?? (state.sheet ? 'sheet' : state.servers ? 'range' : 'one')
  return modal({
    callback: CALLBACKS.provision,
    title: 'Provision servers',
    submit: 'Show the plan',
    close: 'Close',
    ...(privateMetadata === undefined ? {} : { privateMetadata }),
    blocks: [
      ...(state.notice === undefined ? [] : paragraphs([state.notice])),
      kindChoice(kind),
      ...(kind === 'one' ? [serverSelect(state)] : kind === 'range' ? [rangeInput(state)] : [sheetInput(state)]),
      deviceTypeSelect(state, kind),
      ...(kind === 'sheet' ? [] : [ipmiInput(state, kind)]),
      textInput(INPUTS.gateway, 'Gateway of the BMC', state.gateway, {
        hint: 'Only with a BMC address',
        example: '192.168.0.1',
      }),
      ...(kind === 'one' ? [] : policyInputs(state)),
      optionBoxes(state),
    ],
  })
}

const KINDS: readonly (readonly [kind: ProvisionKind, words: string])[] = [
  ['one', 'One server'],
  ['range', 'Several servers'],
  ['sheet', 'A rack sheet'],
]

function kindChoice(kind: ProvisionKind): KnownBlock {
  const options = KINDS.map(([value, words]) => option(words, value))
  return {
    type: 'actions',
    block_id: 'kind',
    elements: [
      {
        type: 'radio_buttons',
        action_id: ACTIONS.formKind,
        options,
        initial_option: options[KINDS.findIndex(([value]) => value === kind)]!,
      },
    ],
  }
}

function serverSelect({ server }: ProvisionModalState): InputBlock {
  return {
    type: 'input',
    block_id: INPUTS.server,
    label: plainText('Server', 100),
    element: {
      type: 'external_select',
      action_id: INPUTS.server,
      min_query_length: 0,
      placeholder: plainText('Type a part of its name', 100),
      ...chosen(server),
    },
  }
}

function rangeInput({ servers }: ProvisionModalState): InputBlock {
  return textInput(INPUTS.servers, 'Servers', servers, {
    hint: 'A range such as srv[001-040], or names with commas between them',
    example: 'srv[001-040]',
    required: true,
  })
}

function sheetInput({ sheet }: ProvisionModalState): InputBlock {
  return {
    type: 'input',
    block_id: INPUTS.sheet,
    label: plainText('Rack sheet', 100),
    hint: plainText(
      'CSV with a head line: server, device type, BMC address. A device type below holds where a line has none',
      200,
    ),
    element: {
      type: 'plain_text_input',
      action_id: INPUTS.sheet,
      multiline: true,
      max_length: 3_000,
      placeholder: plainText('server,device_type,ipmi', 100),
      ...(sheet ? { initial_value: plainLines(sheet, 3_000) } : {}),
    },
  }
}

function deviceTypeSelect({ deviceType }: ProvisionModalState, kind: ProvisionKind): InputBlock {
  return {
    type: 'input',
    block_id: INPUTS.deviceType,
    label: plainText('Device type', 100),
    optional: kind === 'sheet',
    element: {
      type: 'external_select',
      action_id: INPUTS.deviceType,
      min_query_length: 0,
      placeholder: plainText('What it is to become', 100),
      ...chosen(deviceType),
    },
  }
}

function ipmiInput({ ipmi }: ProvisionModalState, kind: ProvisionKind): InputBlock {
  return textInput(INPUTS.ipmi, kind === 'one' ? 'BMC address' : 'BMC addresses', ipmi, {
    hint: 'Empty: the BMC is left as it is',
    example: kind === 'one' ? '192.168.1.100' : '192.168.1.[101-140]',
  })
}

function policyInputs({ atOnce, perGroup, canary, maxFailures }: ProvisionModalState): InputBlock[] {
  return [
    numberInput(INPUTS.atOnce, 'Servers at a time', atOnce, 1),
    textInput(INPUTS.perGroup, 'Of one group at a time', perGroup, {
      hint: 'zone, pool or rack, and how many',
      example: 'rack:2',
    }),
    numberInput(INPUTS.canary, 'So many first; the others once these are ready', canary, 0),
    numberInput(INPUTS.maxFailures, 'Pause when more than so many have failed', maxFailures, 0),
  ]
}

function optionBoxes({ options = [] }: ProvisionModalState): InputBlock {
  const all = [
    option('Commission it again', PROVISION_OPTIONS.recommission, 'Also a machine that is Ready or Broken in MAAS'),
    option('Leave it on', PROVISION_OPTIONS.leaveOn, 'In rescue mode; else it ends switched off'),
    option('Tell me when it has ended', PROVISION_OPTIONS.tellMe, 'By a direct message'),
  ]
  const ticked = all.filter(({ value }) => value !== undefined && options.includes(value))
  const element: Checkboxes = {
    type: 'checkboxes',
    action_id: INPUTS.options,
    options: all,
    ...(ticked.length === 0 ? {} : { initial_options: ticked }),
  }
  return { type: 'input', block_id: INPUTS.options, label: plainText('Options', 100), optional: true, element }
}

interface TextSpec {
  readonly hint: string
  readonly example: string
  readonly required?: boolean
}

function textInput(
  id: string,
  label: string,
  value: string | undefined,
  { hint, example, required = false }: TextSpec,
): InputBlock {
  return {
    type: 'input',
    block_id: id,
    label: plainText(label, 200),
    hint: plainText(hint, 200),
    optional: !required,
    element: {
      type: 'plain_text_input',
      action_id: id,
      max_length: 3_000,
      placeholder: plainText(example, 100),
      ...(value ? { initial_value: plain(value, 3_000) } : {}),
    },
  }
}

function numberInput(id: string, label: string, value: string | undefined, least: number): InputBlock {
  return {
    type: 'input',
    block_id: id,
    label: plainText(label, 200),
    optional: true,
    element: {
      type: 'number_input',
      action_id: id,
      is_decimal_allowed: false,
      min_value: String(least),
      max_value: '1000',
      ...(value !== undefined && /^\d{1,4}$/.test(value) ? { initial_value: value } : {}),
    },
  }
}

function option(text: string, value: string, description?: string): Option & { text: ReturnType<typeof plainText> } {
  return {
    text: plainText(text, 75),
    value,
    ...(description === undefined ? {} : { description: plainText(description, 75) }),
  }
}

/** An option that is chosen already: a name that was typed is its own value. */
function chosen(value: string | undefined): { initial_option?: ReturnType<typeof option> } {
  const name = plain(value ?? '', 75)
  return name === '' ? {} : { initial_option: option(name, name) }
}
