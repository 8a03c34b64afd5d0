import type { SlackObject } from '../../src/slack/workspace.ts'

const text = (words: string): SlackObject => ({ type: 'plain_text', text: words })
const mrkdwn = (words: string): SlackObject => ({ type: 'mrkdwn', text: words })
const rich = (...elements: SlackObject[]): SlackObject => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements }],
})
const said = (words: string): SlackObject => rich({ type: 'text', text: words })
const option = (words: string, value: string): SlackObject => ({ text: text(words), value })
const cell = (words: string): SlackObject => ({ type: 'raw_text', text: words })
const number = (value: number): SlackObject => ({ type: 'raw_number', value, text: String(value) })

/** The living message of a run, at one of its moments. */
export function living(step: 'push' | 'done'): SlackObject[] {
  const card = (id: string, title: string, status: string, details?: string, output?: string): SlackObject => ({
    type: 'task_card',
    task_id: id,
    title,
    status,
    ...(details === undefined ? {} : { details: said(details) }),
    ...(output === undefined ? {} : { output: said(output) }),
  })
  const isDone = step === 'done'
  return [
    { type: 'header', text: text('Provisioning srv001 as a1.c5.large') },
    {
      type: 'plan',
      title: isDone ? 'Completed in 24 min' : 'BIOS push: 52 %',
      tasks: [
        card('commission', 'Commission in MAAS', 'complete', '4 min 12 s · 6 sub-tasks'),
        card(
          'inventory',
          'Check the hardware against a1.c5.large',
          'complete',
          undefined,
          'HPE ProLiant RL300 Gen11, 128 cores',
        ),
        card(
          'bios-push',
          'Push BIOS settings',
          isDone ? 'complete' : 'in_progress',
          isDone ? '6 min 3 s' : 'Waiting for the reboot to finish POST',
        ),
        card('firmware', 'Update firmware', isDone ? 'complete' : 'pending'),
        card('tags', 'Tag as ready', isDone ? 'complete' : 'pending'),
      ],
    },
    {
      type: 'actions',
      elements: [
        ...(isDone
          ? []
          : [
              {
                type: 'button',
                text: text('Cancel'),
                style: 'danger',
                action_id: 'cancel',
                value: 'run-1',
                confirm: {
                  title: text('Cancel this run?'),
                  text: mrkdwn('`srv001` is taken back to where it was, which takes *a few minutes*.'),
                  confirm: text('Cancel the run'),
                  deny: text('Keep going'),
                },
              } satisfies SlackObject,
            ]),
        { type: 'button', text: text('Details'), action_id: 'details', value: 'run-1' },
        { type: 'button', text: text('Follow'), style: 'primary', action_id: 'slow', value: 'run-1' },
      ],
    },
    {
      type: 'context',
      elements: [mrkdwn('Started by *ada* <!date^1750000000^{date_short} at {time}|long ago> · `run-1`')],
    },
  ]
}

/** One of every block that a message can hold, but the living message's. */
export function gallery(): SlackObject[] {
  return [
    { type: 'header', text: text('Every block :rocket:') },
    {
      type: 'section',
      text: mrkdwn(
        '*bold* _italic_ ~strike~ `code` :white_check_mark: 12:00:03 <https://example.com/a?b=1&amp;c=2|a link>\n> quoted &amp; quoted\n```pre *not bold*```',
      ),
      accessory: {
        type: 'static_select',
        action_id: 'choose',
        placeholder: text('Pick a rack'),
        options: [option('Rack A', 'rack-a'), option('Rack B', 'rack-b'), option('Rack C', 'rack-c')],
      },
    },
    {
      type: 'section',
      fields: [
        mrkdwn('*Server*\nsrv001'),
        mrkdwn('*Type*\na1.c5.large'),
        mrkdwn('*BMC*\n192.168.1.100'),
        text('plain *stars*'),
      ],
    },
    { type: 'divider' },
    {
      type: 'rich_text',
      elements: [
        {
          type: 'rich_text_section',
          elements: [
            { type: 'text', text: 'Rich ' },
            { type: 'text', text: 'bold', style: { bold: true } },
            { type: 'text', text: ' and ' },
            { type: 'text', text: 'code', style: { code: true } },
            { type: 'text', text: ' ' },
            { type: 'emoji', name: 'tada' },
            { type: 'text', text: ' <!channel> *not bold*' },
          ],
        },
        {
          type: 'rich_text_list',
          style: 'bullet',
          elements: [
            { type: 'rich_text_section', elements: [{ type: 'text', text: 'first' }] },
            { type: 'rich_text_section', elements: [{ type: 'link', url: 'https://example.com/', text: 'second' }] },
          ],
        },
        { type: 'rich_text_quote', elements: [{ type: 'text', text: 'a quote' }] },
        { type: 'rich_text_preformatted', elements: [{ type: 'text', text: 'ipmitool lan print 1' }] },
      ],
    },
    {
      type: 'table',
      column_settings: [{}, { align: 'right' }, { is_wrapped: true }],
      rows: [
        [cell('Server'), cell('Minutes'), cell('State')],
        [cell('srv001'), number(24), cell('ready')],
        [cell('srv002'), number(31), said('failed')],
      ],
    },
    {
      type: 'data_table',
      caption: 'BIOS settings that changed',
      page_size: 3,
      rows: [
        [cell('Setting'), cell('Now')],
        ...['NumaMode', 'PowerProfile', 'BootMode', 'SecureBoot', 'SriovEnable', 'ThermalConfig', 'AsrStatus'].map(
          (name, at) => [cell(name), number(at * 7)],
        ),
      ],
    },
    {
      type: 'container',
      title: text('Firmware'),
      subtitle: text('3 components'),
      is_collapsible: true,
      default_collapsed: true,
      child_blocks: [{ type: 'section', text: mrkdwn('inside the *container*') }],
    },
    { type: 'markdown', text: '## Summary\n1. one\n2. two\n   - nested\n\n| a | b |\n|---|---|\n| 1 | **2** |\n' },
    {
      type: 'image',
      image_url: 'https://example.com/rack.png',
      alt_text: 'The rack from the front',
      title: text('Rack A'),
    },
    {
      type: 'task_card',
      task_id: 'alone',
      title: 'A card by itself',
      status: 'error',
      details: said('The BMC did not answer'),
    },
    {
      type: 'actions',
      elements: [
        { type: 'overflow', action_id: 'more', options: [option('Export', 'export'), option('Archive', 'archive')] },
        { type: 'datepicker', action_id: 'day', placeholder: text('A day') },
        { type: 'radio_buttons', action_id: 'colour', options: [option('Red', 'red'), option('Blue', 'blue')] },
        { type: 'checkboxes', action_id: 'wants', options: [option('Firmware first', 'firmware-first')] },
      ],
    },
  ]
}

/** Strings that want to be more than text. */
export const HOSTILE = [
  '<img src=x onerror="window.stolen=1">',
  '<script>window.stolen=1</script>',
  '&lt;!channel&gt; &lt;@U1&gt; &lt;https://evil.example|click&gt;',
  '<javascript:window.stolen=1|click me>',
  '<data:text/html,evil|click me>',
  '"><svg onload=window.stolen=1>',
  '`unclosed *bold ~strike _it',
  '</pre></dialog>\u202Ekcab',
] as const

/** The modal: an external select, an input with errors, options, and a button that pushes another view. */
export function form(): SlackObject {
  return {
    type: 'modal',
    callback_id: 'form',
    title: text('Provision a server'),
    submit: text('Show the plan'),
    close: text('Cancel'),
    blocks: [
      { type: 'alert', level: 'info', text: mrkdwn('The plan is shown before anything runs.') },
      {
        type: 'input',
        block_id: 'server',
        label: text('Server'),
        hint: text('From MAAS'),
        element: {
          type: 'external_select',
          action_id: 'server',
          min_query_length: 2,
          placeholder: text('Type a name'),
        },
      },
      {
        type: 'input',
        block_id: 'type',
        label: text('Device type'),
        element: {
          type: 'static_select',
          action_id: 'type',
          options: [option('a1.c5.large', 'a1.c5.large'), option('s2.c2.small', 's2.c2.small')],
          initial_option: option('a1.c5.large', 'a1.c5.large'),
        },
      },
      {
        type: 'input',
        block_id: 'ipmi',
        optional: true,
        label: text('BMC address'),
        element: { type: 'plain_text_input', action_id: 'ipmi', placeholder: text('192.168.1.100') },
      },
      {
        type: 'input',
        block_id: 'why',
        optional: true,
        label: text('Why'),
        element: { type: 'plain_text_input', action_id: 'why', multiline: true },
      },
      {
        type: 'input',
        block_id: 'options',
        optional: true,
        label: text('Options'),
        element: {
          type: 'checkboxes',
          action_id: 'options',
          options: [option('Firmware first', 'firmware-first'), option('Notify me', 'notify')],
        },
      },
      {
        type: 'input',
        block_id: 'how',
        optional: true,
        label: text('How'),
        element: {
          type: 'radio_buttons',
          action_id: 'how',
          options: [option('One at a time', 'one'), option('All at once', 'all')],
        },
      },
      {
        type: 'actions',
        block_id: 'more',
        elements: [{ type: 'button', action_id: 'help', text: text('What is this?'), value: 'help' }],
      },
    ],
  }
}

/** A view with nothing to fill in. */
export function sheet(title: string, words: string): SlackObject {
  return { type: 'modal', title: text(title), close: text('Back'), blocks: [{ type: 'section', text: mrkdwn(words) }] }
}
