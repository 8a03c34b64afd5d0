import { didYouMean } from 'hwautomation'
import { OPTIONS, ORDER, SUB_COMMANDS, type Flag, type Option, type SubCommandName } from './grammar.ts'
import { wordsOf } from './words.ts'

/** What an order says beside server and device type; texts as they were typed, for the library to judge. */
export interface OrderOptions {
  readonly ipmi?: string
  readonly gateway?: string
  readonly subnetMask?: string
  readonly firmwareFirst?: true
  readonly plan?: true
  readonly tellMe?: true
  readonly atOnce?: number
  readonly perGroup?: { readonly by: 'zone' | 'pool' | 'rack'; readonly most: number }
  readonly canary?: number
  readonly maxFailures?: number
}

/** What a command means. */
export type Parsed =
  | { readonly is: 'form' }
  | {
      readonly is: 'order'
      /** One server, or several: a range, a list with commas. */
      readonly of: 'server' | 'batch'
      readonly servers: string
      readonly deviceType: string
      readonly options: OrderOptions
    }
  | { readonly is: 'status'; readonly name?: string }
  | { readonly is: 'list' }
  | { readonly is: 'help' }
  | { readonly is: 'history'; readonly name: string }
  | { readonly is: 'cancel' | 'retry' | 'follow'; readonly name: string }
  /** It is not done. Sentences for whoever typed it; what was typed stands in them as it was. */
  | { readonly is: 'wrong'; readonly problems: readonly string[] }

/** Words that there are, to compare with. */
export interface Known {
  /** The slash command as this app has it. */
  readonly command: string
  readonly deviceTypes: readonly string[]
}

/** Longer commands are no commands: the longest list of servers is shorter. */
const LONGEST = 4_000
/** Host names, FQDNs, system_ids and ranges of them, with commas between; what is in it the library judges. */
const SERVERS = /^[A-Za-z0-9][A-Za-z0-9.,[\]-]*$/

/**
 * What was typed behind `/provision`. Pure; never throws; whatever is not exactly a command is `wrong`, with what was probably meant.
 *
 * A first word that is a sub-command is one. A server of that name is meant behind `--`: `/provision -- status a1.c5.large`.
 */
export function parse(text: string, known: Known): Parsed {
  if (text.length > LONGEST)
    return wrong(`That is longer than ${LONGEST} characters: give the servers as a sheet instead.`)
  const [first, ...rest] = wordsOf(text)
  if (first === undefined) return { is: 'form' }
  const named = SUB_COMMANDS.find(({ name }) => name === first.toLowerCase())
  if (named !== undefined) return subCommand(named, rest, known)
  if (first === '-h' || first === '--help') return { is: 'help' }
  return order([first, ...rest], known)
}

function subCommand(
  { name, takes, words: [least, most] }: (typeof SUB_COMMANDS)[number],
  rest: readonly string[],
  { command }: Known,
): Parsed {
  const flags = rest.filter((word) => word.startsWith('-'))
  const usage = `\`${command} ${name}${takes === '' ? '' : ` ${takes}`}\``
  if (flags.length > 0) return wrong(`\`${name}\` has no option ${quoted(flags[0]!)}: ${usage}.`)
  if (rest.length < least) return wrong(`\`${name}\` needs a name: ${usage}.`)
  if (rest.length > most)
    return wrong(
      `\`${name}\` takes ${most === 0 ? 'nothing behind it' : 'one name'}: ${usage}.`,
      ...perhapsServer(name, command),
    )
  const [of] = rest
  return (of === undefined ? { is: name } : { is: name, name: of }) as Parsed
}

/** A server may be called like that. */
function perhapsServer(name: SubCommandName, command: string): string[] {
  return [`If you mean a server called \`${name}\`: \`${command} -- ${name} <device-type>\`.`]
}

function order(words: readonly string[], known: Known): Parsed {
  const { names, options, problems } = sorted(words)
  const [servers, deviceType, ...more] = names
  if (servers === undefined) problems.push(`Which server, and which device type? \`${known.command} ${ORDER.takes}\`.`)
  else if (deviceType === undefined) problems.push(oneWord(servers, known))
  // behind an option nobody knows stands, most likely, its value
  if (more.length > 0 && problems.length === 0)
    problems.push(
      `There is a word too many: ${more.slice(0, 3).map(quoted).join(', ')}. Servers of a list have commas between them.`,
    )
  if (servers !== undefined && deviceType !== undefined) problems.push(...misplaced(servers, deviceType, known))
  const of = servers !== undefined && isSeveral(servers) ? 'batch' : 'server'
  if (of === 'server')
    for (const { flag } of OPTIONS.filter((option: Option) => option.ofBatch === true))
      if (options[keyOf(flag)] !== undefined)
        problems.push(`\`${flag}\` goes with several servers, such as \`srv[001-040]\`.`)
  if (problems.length > 0 || servers === undefined || deviceType === undefined) return { is: 'wrong', problems }
  return { is: 'order', of, servers, deviceType, options }
}

function oneWord(word: string, known: Known): string {
  const [sub] = didYouMean(
    word,
    SUB_COMMANDS.map(({ name }) => name),
    1,
  )
  if (sub !== undefined) return `There is no ${quoted(word)}. Did you mean \`${known.command} ${sub}\`?`
  return `Which device type? \`${known.command} ${shown(word)} <device-type>\`${known.deviceTypes.length === 0 ? '.' : `, one of ${listed(known.deviceTypes)}.`}`
}

/** Why two words are no server and device type. */
function misplaced(servers: string, deviceType: string, { deviceTypes, command }: Known): string[] {
  const problems = SERVERS.test(servers)
    ? []
    : [
        `${quoted(servers)} is no server: expected a host name, a range such as \`srv[001-040]\`, or a list with commas.`,
      ]
  if (deviceTypes.includes(deviceType)) return problems
  if (deviceTypes.includes(servers))
    return [`The server comes first: did you mean \`${command} ${shown(deviceType)} ${shown(servers)}\`?`]
  const [sub] = didYouMean(
    servers,
    SUB_COMMANDS.map(({ name }) => name),
    1,
  )
  if (sub !== undefined)
    problems.push(`There is no ${quoted(servers)}. Did you mean \`${command} ${sub} ${shown(deviceType)}\`?`)
  const near = didYouMean(deviceType, deviceTypes)
  const instead =
    near.length > 0
      ? ` Did you mean ${near.map((name) => `\`${name}\``).join(' or ')}?`
      : deviceTypes.length > 0
        ? ` There are ${listed(deviceTypes)}.`
        : ''
  return [...problems, `There is no device type ${quoted(deviceType)}.${instead}`]
}

type Taken = { -readonly [Key in keyof OrderOptions]?: OrderOptions[Key] }

/** Options apart from names. Behind a lone `--` nothing is an option. */
function sorted(words: readonly string[]): { names: string[]; options: Taken; problems: string[] } {
  const names: string[] = []
  const options: Taken = {}
  const problems: string[] = []
  const left = [...words]
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    if (word === '--') {
      names.push(...left.filter((name) => !name.startsWith('--')))
      const behind = left.filter((name) => name.startsWith('--'))
      if (behind.length > 0) problems.push(`Options go before \`--\`: ${quoted(behind[0]!)}.`)
      break
    }
    if (!word.startsWith('-')) {
      names.push(word)
      continue
    }
    const [flag = '', ...glued] = word.split('=')
    const option = OPTIONS.find((candidate) => candidate.flag === flag.toLowerCase())
    if (option === undefined) {
      problems.push(unknownFlag(flag))
      continue
    }
    if (options[keyOf(option.flag)] !== undefined) problems.push(`\`${option.flag}\` is there twice.`)
    if (!('takes' in option)) {
      if (glued.length > 0) problems.push(`\`${option.flag}\` takes no value.`)
      set(options, option.flag, true)
      continue
    }
    const value = glued.length > 0 ? glued.join('=') : left[0]?.startsWith('-') === true ? undefined : left.shift()
    if (value === undefined || value === '')
      problems.push(`\`${option.flag}\` needs a value: \`${option.flag} ${option.takes}\`.`)
    else problems.push(...take(options, option, value))
  }
  return { names, options, problems }
}

function take(options: Taken, option: Option & { readonly flag: Flag }, value: string): string[] {
  if (option.flag === '--per-group') {
    const [, by, most] = /^(zone|pool|rack):([1-9]\d{0,3})$/i.exec(value) ?? []
    if (by === undefined)
      return [`\`--per-group\` takes a group and a number such as \`zone:2\`, not ${quoted(value)}.`]
    options.perGroup = { by: by.toLowerCase() as 'zone', most: Number(most) }
    return []
  }
  if (option.least === undefined) {
    set(options, option.flag, value)
    return []
  }
  if (!/^\d{1,4}$/.test(value) || Number(value) < option.least)
    return [`\`${option.flag}\` takes a whole number from ${option.least}, not ${quoted(value)}.`]
  set(options, option.flag, Number(value))
  return []
}

function set(options: Taken, flag: Flag, value: string | number | true): void {
  Object.assign(options, { [keyOf(flag)]: value })
}

/** `--subnet-mask` is `subnetMask`. */
function keyOf(flag: Flag): keyof OrderOptions {
  return flag.slice(2).replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase()) as keyof OrderOptions
}

function unknownFlag(flag: string): string {
  const [near] = didYouMean(
    `--${flag.replace(/^-+/, '')}`,
    OPTIONS.map((option) => option.flag),
    1,
  )
  return `There is no option ${quoted(flag)}.${near === undefined ? ` There are ${OPTIONS.map((option) => `\`${option.flag}\``).join(', ')}.` : ` Did you mean \`${near}\`?`}`
}

/** A range or a list. */
function isSeveral(servers: string): boolean {
  return /[[\],]/.test(servers)
}

function wrong(...problems: string[]): Parsed {
  return { is: 'wrong', problems }
}

const MOST_LISTED = 12

function listed(names: readonly string[]): string {
  const shownOnes = names
    .slice(0, MOST_LISTED)
    .map((name) => `\`${name}\``)
    .join(', ')
  return names.length > MOST_LISTED ? `${shownOnes} and ${names.length - MOST_LISTED} more` : shownOnes
}

/** What was typed, short and without what would break out of `code`. */
function shown(word: string): string {
  const text = word.replaceAll('`', "'")
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

function quoted(word: string): string {
  return `\`${shown(word)}\``
}
