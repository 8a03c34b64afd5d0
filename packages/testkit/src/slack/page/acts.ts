import type { SlackDelivery, SlackPerson } from '../workspace.ts'
import { DIRECT, type PageDirectory } from './sight.ts'

/** What a person did on the page was not something they can do (any more): the modal is gone, a field is missing. */
export class ActRefused extends Error {}

type Given = Readonly<Record<string, unknown>>
type Act = (person: SlackPerson, given: Given, directory: PageDirectory) => Promise<unknown>

/** Carries out what a person did on the page. Resolves with what became of it: a delivery, options, or nothing. */
export function act(person: SlackPerson, given: Given, directory: PageDirectory): Promise<unknown> {
  const name = text(given, 'act')
  const found = Object.hasOwn(ACTS, name) ? ACTS[name] : undefined
  if (found === undefined) throw new ActRefused(`There is no act “${name}”`)
  return found(person, given, directory)
}

const ACTS: Readonly<Record<string, Act>> = {
  command: (person, given, directory) => person.command(text(given, 'text'), conversation(person, given, directory)),
  say: (person, given, directory) =>
    person.say(text(given, 'text'), conversation(person, given, directory), optionalText(given, 'threadTs')),
  click: clickInMessage,
  shortcut: (person, given) => person.shortcut(text(given, 'callbackId')),
  messageShortcut: (person, given) => person.messageShortcut(text(given, 'callbackId'), messageAt(given)),
  openHome: (person) => person.openHome(),
  homeClick: (person, given) => person.homeClick(text(given, 'actionId'), optionalText(given, 'value')),
  suggest: (person, given) => modal(person, given).suggest(text(given, 'blockId'), text(given, 'text')),
  modalClick: (person, given) => {
    const view = modal(person, given)
    fillIn(view, given)
    return view.click(text(given, 'actionId'), optionalText(given, 'value'))
  },
  submit: (person, given) => {
    const view = modal(person, given)
    fillIn(view, given)
    return view.submit()
  },
  close: (person, given) => modal(person, given).close(),
}

/** A client that has not yet seen the newest version of a message sends clicks on buttons that are gone: so does this page. */
function clickInMessage(person: SlackPerson, given: Given): Promise<SlackDelivery> {
  const [message, actionId, value] = [messageAt(given), text(given, 'actionId'), optionalText(given, 'value')]
  try {
    return person.click(message, actionId, value)
  } catch {
    return person.clickAnyway(message, actionId, value ?? '')
  }
}

function modal(person: SlackPerson, given: Given) {
  const open = person.modal()
  if (open === undefined || open.id !== text(given, 'viewId')) throw new ActRefused('This dialog is no longer open')
  return open
}

function fillIn(view: { fill(blockId: string, value: string | readonly string[] | null): void }, given: Given): void {
  const values = given['values']
  if (typeof values !== 'object' || values === null) return
  for (const [blockId, value] of Object.entries(values)) {
    if (typeof value === 'string' || value === null) view.fill(blockId, value)
    else if (Array.isArray(value)) view.fill(blockId, value.map(String))
  }
}

function conversation(person: SlackPerson, given: Given, directory: PageDirectory): string {
  const channel = text(given, 'channel')
  return channel === DIRECT ? directory.directChannel(person.name) : channel
}

function messageAt(given: Given) {
  return { channel: text(given, 'channel'), ts: text(given, 'ts') }
}

function text(given: Given, key: string): string {
  const value = given[key]
  if (typeof value !== 'string') throw new ActRefused(`“${key}” is missing`)
  return value
}

function optionalText(given: Given, key: string): string | undefined {
  return given[key] === undefined || given[key] === null ? undefined : text(given, key)
}
