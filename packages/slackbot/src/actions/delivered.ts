import type { Asker } from '../access/access.ts'
import type { MessageContent } from '../views/content.ts'

/** Something that somebody did in Slack, as it reached the bot: a command, a click, a submission, a shortcut, an event. */
export interface Delivered {
  /** Names it for ever: the same when Slack, or somebody who recorded it, delivers it again. */
  readonly key: string
  /** The same for two clicks in a row on one button; absent where doing it twice is meant twice. */
  readonly double?: string
  /** What was typed, or the value of the button: for who is told that it was interrupted. */
  readonly said?: string
  /** The modal that waits for the answer. */
  readonly view?: string
  /** For log and audit trail: `command`, `run.cancel`, `modal.plan`, … */
  readonly what: string
  readonly asker: Asker
  /** The name Slack sent along; the display name may be another. */
  readonly handle: string
  /** Opens a modal, for three seconds. */
  readonly trigger?: string
  readonly answer: Answer
}

/** How the person hears of it. Nothing here rejects: who cannot be told is a matter for the log. */
export interface Answer {
  /** Said to this person alone. */
  say(content: MessageContent): Promise<void>
}

/** A direct message, by its id: what a channel is called, its members choose. */
export function isDirect(channel: string): boolean {
  return channel.startsWith('D')
}
