import { describe, expect, it } from 'vitest'
import { validateBlocks, type SlackObject } from '../../../src/index.ts'
import { button, section } from '../web-api.ts'

const plain = (text: string): SlackObject => ({ type: 'plain_text', text })
const rich = (text: string): SlackObject => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }],
})
const task = (more: SlackObject = {}): SlackObject => ({
  type: 'task_card',
  task_id: 't',
  title: 'BIOS',
  status: 'complete',
  ...more,
})
const cell = (text: string): SlackObject => ({ type: 'raw_text', text })
const modal = (blocks: readonly SlackObject[], more: SlackObject = {}): SlackObject => ({
  type: 'modal',
  title: plain('T'),
  submit: plain('Go'),
  blocks: [...blocks],
  ...more,
})
const input = (element: SlackObject): SlackObject => ({ type: 'input', label: plain('L'), element })
const select = (more: SlackObject = {}): SlackObject => ({
  type: 'static_select',
  action_id: 's',
  options: [{ text: plain('a'), value: 'a' }],
  ...more,
})
const times = <T>(count: number, of: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => of(index))

const inMessage = (...blocks: SlackObject[]) =>
  validateBlocks('message', { blocks }).map(({ pointer, message }) => `${pointer} ${message}`)
const inModal = (...blocks: SlackObject[]) =>
  validateBlocks('modal', modal(blocks)).map(({ pointer, message }) => `${pointer} ${message}`)

describe('validateBlocks', () => {
  it('takes every kind of block where it belongs', () => {
    const everywhere: SlackObject[] = [
      section('x'),
      { type: 'section', fields: [plain('a'), plain('b')], accessory: button('b') },
      { type: 'header', text: plain('h') },
      { type: 'divider' },
      { type: 'context', elements: [plain('c'), { type: 'image', image_url: 'https://x/y.png', alt_text: 'i' }] },
      { type: 'actions', elements: [button('a'), button('b'), select({ action_id: 'c' })] },
      { type: 'image', image_url: 'https://x/y.png', alt_text: 'i' },
      rich('r'),
      { type: 'card', title: { type: 'mrkdwn', text: 't' }, actions: [button('c')] },
    ]
    const messages: SlackObject[] = [
      {
        type: 'plan',
        title: 'p',
        tasks: [task({ details: rich('d'), output: rich('o') }), task({ task_id: 'u', status: 'pending' })],
      },
      { type: 'table', rows: [[cell('a'), rich('b')]], column_settings: [{ align: 'right' }, null] },
      { type: 'data_table', caption: 'c', rows: [[cell('h')], [{ type: 'raw_number', value: 1, text: '1' }]] },
      {
        type: 'container',
        title: plain('c'),
        child_blocks: [section('x')],
        is_collapsible: true,
        default_collapsed: true,
      },
      { type: 'markdown', text: '# x' },
    ]
    expect(inMessage(...everywhere, ...messages)).toEqual([])
    expect(
      inModal(...everywhere, { type: 'alert', text: plain('a'), level: 'warning' }, input(select({ action_id: 'i' }))),
    ).toEqual([])
    expect(validateBlocks('home', { type: 'home', blocks: everywhere })).toEqual([])
  })

  it.each<[string, SlackObject, string]>([
    ['a block of no known type', { type: 'sektion' }, '/blocks/0/type unsupported type: sektion'],
    ['a block without a type', { text: 'x' }, '/blocks/0 missing required field: type'],
    ['a field nobody knows', { type: 'divider', colour: 'red' }, '/blocks/0 invalid additional property: colour'],
    [
      'emoji in mrkdwn',
      { type: 'section', text: { type: 'mrkdwn', text: 'x', emoji: true } },
      '/blocks/0/text invalid additional property: emoji',
    ],
    ['empty text', section(''), '/blocks/0/text/text must be more than 0 characters'],
    ['long text', section('x'.repeat(3_001)), '/blocks/0/text/text must be less than 3001 characters'],
    ['a section of nothing', { type: 'section' }, '/blocks/0 must define either `text` or `fields`'],
    [
      'eleven fields',
      { type: 'section', fields: times(11, () => plain('x')) },
      '/blocks/0/fields no more than 10 items allowed',
    ],
    [
      'a long field',
      { type: 'section', fields: [plain('x'.repeat(2_001))] },
      '/blocks/0/fields/0/text must be less than 2001 characters',
    ],
    [
      'a long header',
      { type: 'header', text: plain('x'.repeat(151)) },
      '/blocks/0/text/text must be less than 151 characters',
    ],
    [
      'mrkdwn in a header',
      { type: 'header', text: { type: 'mrkdwn', text: 'x' } },
      '/blocks/0/text/type unsupported type: mrkdwn',
    ],
    [
      'eleven elements of context',
      { type: 'context', elements: times(11, () => plain('x')) },
      '/blocks/0/elements no more than 10 items allowed',
    ],
    [
      'a button in context',
      { type: 'context', elements: [button('b')] },
      '/blocks/0/elements/0/type unsupported type: button',
    ],
    [
      '26 actions',
      { type: 'actions', elements: times(26, (index) => button(`b${index}`)) },
      '/blocks/0/elements no more than 25 items allowed',
    ],
    ['no actions', { type: 'actions', elements: [] }, '/blocks/0/elements must have at least 1 item'],
    [
      'a long button',
      { type: 'actions', elements: [{ ...button('b'), text: plain('x'.repeat(76)) }] },
      '/blocks/0/elements/0/text/text must be less than 76 characters',
    ],
    [
      'a long value',
      { type: 'actions', elements: [button('b', 'x'.repeat(2_001))] },
      '/blocks/0/elements/0/value must be less than 2001 characters',
    ],
    [
      'a style of its own',
      { type: 'actions', elements: [{ ...button('b'), style: 'warning' }] },
      '/blocks/0/elements/0/style must be a valid enum value',
    ],
    [
      'a long confirm text',
      {
        type: 'actions',
        elements: [
          {
            ...button('b'),
            confirm: { title: plain('t'), text: plain('x'.repeat(301)), confirm: plain('y'), deny: plain('n') },
          },
        ],
      },
      '/blocks/0/elements/0/confirm/text/text must be less than 301 characters',
    ],
    [
      'a long block_id',
      { type: 'divider', block_id: 'x'.repeat(256) },
      '/blocks/0/block_id must be less than 256 characters',
    ],
    [
      '101 options',
      {
        type: 'actions',
        elements: [select({ options: times(101, (index) => ({ text: plain('a'), value: String(index) })) })],
      },
      '/blocks/0/elements/0/options no more than 100 items allowed',
    ],
    [
      'an option with much to say',
      { type: 'actions', elements: [select({ options: [{ text: plain('x'.repeat(76)), value: 'a' }] })] },
      '/blocks/0/elements/0/options/0/text/text must be less than 76 characters',
    ],
    [
      'an initial option that is none',
      { type: 'actions', elements: [select({ initial_option: { text: plain('b'), value: 'b' } })] },
      '/blocks/0/elements/0/initial_option initial option must be one of the options',
    ],
    ['an empty rich text element', rich(''), '/blocks/0/elements/0/elements/0/text must be more than 0 characters'],
    [
      '`completed` as a status',
      { type: 'plan', title: 'p', tasks: [task({ status: 'completed' })] },
      '/blocks/0/tasks/0/status must be a valid enum value',
    ],
    [
      'details that are not rich text',
      { type: 'plan', title: 'p', tasks: [task({ details: section('x') })] },
      '/blocks/0/tasks/0/details/type unsupported type: section',
    ],
    ['an empty cell', { type: 'table', rows: [[cell('')]] }, '/blocks/0/rows/0/0/text must be more than 0 characters'],
    [
      '101 rows',
      { type: 'table', rows: times(101, () => [cell('x')]) },
      '/blocks/0/rows no more than 100 items allowed',
    ],
    [
      '21 columns',
      { type: 'table', rows: [times(21, () => cell('x'))] },
      '/blocks/0/rows/0 no more than 20 items allowed',
    ],
    [
      'too much in a table',
      { type: 'table', rows: times(100, () => [cell('x'.repeat(101))]) },
      '/blocks table cells must be less than 10001 characters in total',
    ],
    [
      'a data table without a row',
      { type: 'data_table', caption: 'c', rows: [[cell('h')]] },
      '/blocks/0/rows must have at least 2 items',
    ],
    [
      'rows of different lengths',
      { type: 'data_table', caption: 'c', rows: [[cell('h')], [cell('a'), cell('b')]] },
      '/blocks/0/rows all rows must have the same number of cells',
    ],
    ['an alert in a message', { type: 'alert', text: plain('a') }, '/blocks/0/type unsupported type: alert'],
    [
      'eleven children',
      { type: 'container', title: plain('c'), child_blocks: times(11, () => section('x')) },
      '/blocks/0/child_blocks no more than 10 items allowed',
    ],
    [
      'a plan in a container',
      { type: 'container', title: plain('c'), child_blocks: [{ type: 'plan', title: 'p' }] },
      '/blocks/0/child_blocks/0/type unsupported type: plan',
    ],
    [
      'long markdown',
      { type: 'markdown', text: 'x'.repeat(12_001) },
      '/blocks/0/text must be less than 12001 characters',
    ],
  ])('refuses %s', (_, block, complaint) => {
    expect(inMessage(block)[0]).toBe(complaint)
  })

  it('refuses messages that are too much as a whole', () => {
    expect(inMessage(...times(51, () => section('x')))).toEqual(['/blocks no more than 50 items allowed'])
    expect(inMessage(...times(5, () => section('x'.repeat(2_900))))).toEqual(['/blocks msg_blocks_too_long'])
    expect(inMessage({ type: 'table', rows: [[cell('a')]] }, { type: 'table', rows: [[cell('b')]] })).toEqual([
      '/blocks only_one_table_allowed',
    ])
    expect(inMessage({ type: 'plan', title: 'p', tasks: [task()] }, task({ task_id: 'u' }))).toEqual([
      '/blocks plan and task_card blocks are mutually exclusive',
    ])
  })

  it('refuses an id that is there twice', () => {
    expect(inMessage({ type: 'divider', block_id: 'a' }, { type: 'divider', block_id: 'a' })).toEqual([
      '/blocks block_id "a" already exists',
    ])
    expect(inMessage({ type: 'actions', block_id: 'a', elements: [button('x'), button('x', '2')] })).toEqual([
      '/blocks action_id "x" already exists for block_id "a"',
    ])
    expect(
      inMessage({ type: 'actions', elements: [button('x')] }, { type: 'actions', elements: [button('x')] }),
    ).toEqual([])
  })

  it('holds modals to their own rules', () => {
    const view = (more: SlackObject) =>
      validateBlocks('modal', modal([], more)).map(({ pointer, message }) => `${pointer} ${message}`)
    expect(inModal({ type: 'table', rows: [[cell('a')]] })).toEqual(['/blocks/0/type unsupported type: table'])
    expect(view({ title: plain('x'.repeat(25)) })).toEqual(['/title/text must be less than 25 characters'])
    expect(view({ private_metadata: 'x'.repeat(3_001) })).toEqual([
      '/private_metadata must be less than 3001 characters',
    ])
    expect(inModal(...times(101, () => section('x')))).toEqual(['/blocks no more than 100 items allowed'])
    expect(inModal(...times(90, () => section('x'.repeat(2_950))))).toEqual([' view_too_large'])
    expect(validateBlocks('home', { type: 'home', title: plain('x'), blocks: [] })).toMatchObject([
      { message: 'invalid additional property: title' },
    ])
  })
})
