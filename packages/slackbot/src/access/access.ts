import type { StartOptions } from 'hwautomation'
import type { AccessPolicy, Role, Who } from './policy.ts'
import type { UserGroups } from './user-groups.ts'

/** Who asks, where, as Slack signed it. */
export interface Asker {
  readonly user: string
  /** Their team. */
  readonly team: string
  /** Absent in App Home, modals and global shortcuts. */
  readonly channel?: string
  /** A direct message with the bot, where the list of channels says nothing. */
  readonly isDirect?: boolean
}

/** What is asked for. */
export type Act =
  | { readonly is: 'look' | 'start' | 'retry' | 'batch' }
  | {
      readonly is: 'cancel' | 'approve' | 'refuse'
      /** Slack user id of who asked for it, where it was asked for in Slack. */ readonly requester?: string
    }

export type Decision =
  | { readonly ok: true }
  | {
      readonly ok: false
      /** For the audit trail. */ readonly because: Refusal
      /** For the person. */ readonly words: string
      /** Where it would have been allowed, for the person. */ readonly channels?: readonly string[]
    }

export type Refusal = 'stranger' | 'channel' | 'role' | 'requester-only' | 'own-approval' | 'not-in-slack'

/** What is to be started, as far as the policy looks at it. */
export interface Undertaking {
  readonly servers: number
  readonly deviceTypes: readonly string[]
  readonly channel?: string
}

/** Why a second person is needed, as the library takes it. */
export type NeededApproval = NonNullable<StartOptions['approval']>

/** Decides, each time anew: nothing is remembered of an earlier answer. */
export interface Access {
  may(asker: Asker, act: Act): Promise<Decision>
  /** Which wishes wait for a second person. */
  approvalFor(undertaking: Undertaking): NeededApproval | undefined
}

const NEEDED: Readonly<Record<Act['is'], Role>> = {
  look: 'viewer',
  start: 'operator',
  retry: 'operator',
  batch: 'operator',
  cancel: 'operator',
  approve: 'operator',
  refuse: 'operator',
}

/** The policy of the configuration at work. `team` is the one the bot is installed in. */
export function policyAccess(
  policy: AccessPolicy,
  surroundings: { readonly groups: UserGroups; readonly team: string },
): Access {
  const { groups, team } = surroundings

  const isAmong = async ({ everyone, users, groups: ids }: Who, user: string): Promise<boolean> => {
    if (everyone === true || users.includes(user)) return true
    for (const id of ids) if (await groups.has(id, user)) return true
    return false
  }
  const isAdmin = (user: string) => isAmong(policy.admins, user)
  const isOperator = async (user: string) => (await isAmong(policy.operators, user)) || isAdmin(user)
  const has = async (role: Role, user: string): Promise<boolean> => {
    if (role === 'admin') return isAdmin(user)
    if (role === 'operator') return isOperator(user)
    return (await isAmong(policy.viewers, user)) || isOperator(user)
  }

  return {
    async may({ user, team: theirs, channel, isDirect }, act) {
      if (theirs !== team && !policy.teams.includes(theirs))
        return refused('stranger', 'Only members of the team that runs this bot may use it.')
      if (
        policy.channels !== undefined &&
        channel !== undefined &&
        isDirect !== true &&
        !policy.channels.includes(channel)
      )
        return { ...refused('channel', 'This bot does not work in this channel.'), channels: policy.channels }
      if (act.is === 'cancel') return mayCancel(user, act.requester)
      if (act.is === 'approve' || act.is === 'refuse') return mayApprove(user, act)
      const role = NEEDED[act.is]
      if (await has(role, user)) return { ok: true }
      return refused('role', `That needs the role ${role}, which you do not have.`)
    },

    approvalFor({ servers, deviceTypes, channel }) {
      const { batchOver, deviceTypes: guarded, channels, everything, expiresIn } = policy.approval
      const reasons = [
        ...(batchOver !== undefined && servers > batchOver ? [`${servers} servers at a time`] : []),
        ...deviceTypes.filter((type) => guarded.includes(type)).map((type) => `device type ${type}`),
        ...(channel !== undefined && channels.includes(channel) ? ['what is asked for in this channel'] : []),
        ...(everything ? ['every run'] : []),
      ]
      if (reasons.length === 0) return undefined
      return { reason: `${reasons.join(', ')} needs a second person`, expiresIn }
    },
  }

  async function mayCancel(user: string, requester: string | undefined): Promise<Decision> {
    if (await isAdmin(user)) return { ok: true }
    // who has lost the role since may not even cancel their own
    if (!(await isOperator(user))) return refused('role', 'That needs the role operator, which you do not have.')
    if (requester === user || policy.cancel === 'operators') return { ok: true }
    const others = policy.cancel === 'admins' ? 'an admin' : 'who asked for it, or an admin'
    return refused('requester-only', `Only ${others} may cancel it.`)
  }

  /** Who may say yes may say no. */
  async function mayApprove(
    user: string,
    { is, requester }: { readonly is: Act['is']; readonly requester?: string },
  ): Promise<Decision> {
    if (!policy.approval.inSlack)
      return refused(
        'not-in-slack',
        'Approving and refusing in Slack are switched off here: that is done on the command line or over the API.',
      )
    const role = policy.approval.by === 'admins' ? 'admin' : 'operator'
    if (!(await has(role, user))) return refused('role', `Approving needs the role ${role}, which you do not have.`)
    if (requester === user)
      return refused(
        'own-approval',
        is === 'refuse'
          ? 'You asked for it yourself: cancel it instead.'
          : 'You asked for it yourself: somebody else has to approve it.',
      )
    return { ok: true }
  }
}

function refused(because: Refusal, words: string): Decision {
  return { ok: false, because, words }
}
