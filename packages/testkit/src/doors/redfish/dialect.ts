import type { IncomingMessage } from 'node:http'
import type { RefusalMode } from '../../call.ts'
import type { Machine } from '../../world/machine.ts'
import type { RedfishReply } from './reply.ts'
import type { Resource } from './resource.ts'
import type { SessionRules } from './sessions.ts'

/** What makes a BMC of one vendor out of the common door: its tree, its rules, its words. */
export interface Dialect {
  /** Everything that the lab's BMC of this vendor serves; all else is 404. */
  resourcesOf(machine: Machine): readonly Resource[]
  readonly sessions: SessionRules
  /** Whether two paths without a slash at the end mean the same: letter case counts, or does not. */
  readonly samePath: (one: string, other: string) => boolean
  /** A path that is not served but pointed away from. */
  redirect?(pathname: string): RedfishReply | undefined
  /** Headers of every answer. */
  readonly headers: Readonly<Record<string, string>>
  /** Last touch on a body that goes out, e.g. the form of its links. `pathname` is what was asked for. */
  shape?(body: unknown, pathname: string): unknown
  readonly words: {
    noCredentials(): RedfishReply
    missing(pathname: string): RedfishReply
    methodNotAllowed(allow: readonly string[]): RedfishReply
    insufficientPrivilege(): RedfishReply
    notJson(): RedfishReply
    malformed(text: string): RedfishReply
    /** What a fault mode of the lab makes of a call. */
    refusal(mode: RefusalMode, status: number | undefined, request: IncomingMessage): RedfishReply
  }
  /** Something that the protocol does not allow. */
  readonly garbage: string
}
