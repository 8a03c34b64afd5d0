/** What a sub-command takes behind its name, and what it is for. */
export interface SubCommand {
  readonly name: string
  /** What stands behind the name. */
  readonly takes: string
  /** Least and most words behind the name. */
  readonly words: readonly [least: number, most: number]
  readonly says: string
}

/** An option of the order itself. */
export interface Option {
  readonly flag: string
  /** What stands behind it; absent: it stands alone. */
  readonly takes?: string
  /** Only where several servers are meant. */
  readonly ofBatch?: true
  /** A whole number from here on. */
  readonly least?: number
  readonly says: string
}

export const COMMAND = '/provision'

/** What is ordered: words that are no sub-command. */
export const ORDER = {
  takes: '<server|range> <device-type>',
  says: 'takes a server, or a range such as `srv[001-040]`, to ready',
} as const

/** The sub-commands: the parser, the help and the manifest go by this table. */
export const SUB_COMMANDS = [
  { name: 'status', takes: '[server|id]', words: [0, 1], says: 'how a run is; without a name, how everything is' },
  { name: 'list', takes: '', words: [0, 0], says: 'the newest runs' },
  { name: 'history', takes: '<server>', words: [1, 1], says: 'all runs of a server' },
  { name: 'cancel', takes: '<server|id>', words: [1, 1], says: 'ends a run, and takes the machine to a known state' },
  { name: 'retry', takes: '<server|id>', words: [1, 1], says: 'goes on with a run where it failed' },
  { name: 'follow', takes: '<server|id>', words: [1, 1], says: 'tells you how a run goes; once more: no longer' },
  { name: 'help', takes: '', words: [0, 1], says: 'this' },
] as const satisfies readonly SubCommand[]

export type SubCommandName = (typeof SUB_COMMANDS)[number]['name']

/** Options of an order: the parser and the help go by this table. */
export const OPTIONS = [
  { flag: '--ipmi', takes: 'address|range', says: 'the BMC is brought to this address' },
  { flag: '--gateway', takes: 'address', says: 'gateway of the BMC' },
  { flag: '--subnet-mask', takes: 'mask', says: 'subnet mask of the BMC' },
  { flag: '--firmware-first', says: 'update firmware before anything else' },
  { flag: '--plan', says: 'says what would be done, and does nothing' },
  { flag: '--tell-me', says: 'a direct message when it has ended' },
  { flag: '--at-once', takes: 'N', ofBatch: true, least: 1, says: 'so many servers at a time' },
  { flag: '--per-group', takes: 'zone|pool|rack:N', ofBatch: true, says: 'so many at a time of one group' },
  {
    flag: '--canary',
    takes: 'N',
    ofBatch: true,
    least: 0,
    says: 'so many first; the others once all of them are done',
  },
  { flag: '--max-failures', takes: 'N', ofBatch: true, least: 0, says: 'pauses when more than so many have failed' },
] as const satisfies readonly Option[]

export type Flag = (typeof OPTIONS)[number]['flag']

/** One line for each thing one can say, as Slack's mrkdwn. */
export function helpLines(command: string = COMMAND): string[] {
  const code = (text: string) => `\`${text.trimEnd().replaceAll('`', "'")}\``
  return [
    `${code(`${command} ${ORDER.takes}`)} ${ORDER.says}`,
    `${code(command)} opens a form for it`,
    ...SUB_COMMANDS.map(({ name, takes, says }) => `${code(`${command} ${name} ${takes}`)} ${says}`),
    '*Options of an order*',
    ...OPTIONS.map((option: Option) => `${code(`${option.flag} ${option.takes ?? ''}`)} ${option.says}`),
    `A server that is called like a word of this list: ${code(`${command} -- status <device-type>`)}`,
  ]
}

/** The hint that Slack shows while somebody types. Slack takes 1,000 characters and shows one line. */
export const USAGE_HINT = `${ORDER.takes} [--plan] | ${SUB_COMMANDS.map(({ name }) => name).join(' | ')}`
