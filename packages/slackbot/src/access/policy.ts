import { z } from 'zod'

/** `viewer` may look, `operator` may start, retry and cancel, `admin` may do everything. Each may do what those before it may. */
export const ROLES = ['viewer', 'operator', 'admin'] as const
export type Role = (typeof ROLES)[number]

const user = z.string().regex(/^[UW][A-Z0-9]{2,}$/, { error: 'must be the id of a user, e.g. U0123456789' })
const group = z.string().regex(/^S[A-Z0-9]{2,}$/, { error: 'must be the id of a user group, e.g. S0123456789' })
const channel = z.string().regex(/^[CGD][A-Z0-9]{2,}$/, { error: 'must be the id of a channel, e.g. C0123456789' })
const team = z.string().regex(/^[TE][A-Z0-9]{2,}$/, { error: 'must be the id of a team, e.g. T0123456789' })

const whoSchema = z
  .strictObject({
    everyone: z.boolean().exactOptional(),
    users: z.array(user).default([]),
    groups: z.array(group).default([]),
  })
  .describe('who has a role')
export type Who = z.output<typeof whoSchema>

/** Who may do what, and where. What is not said here is refused, except to look and to operate: that is everybody of the team. */
export const accessSchema = z.strictObject({
  channels: z.array(channel).min(1).exactOptional().describe('the only channels to work in; without it any'),
  teams: z.array(team).default([]).describe('other teams (Slack Connect) whose members are not refused'),
  viewers: whoSchema.prefault({ everyone: true }),
  operators: whoSchema.prefault({ everyone: true }),
  admins: whoSchema.prefault({}),
  cancel: z
    .enum(['requester', 'operators', 'admins'], { error: 'expected "requester", "operators" or "admins"' })
    .default('operators')
    .describe('who may cancel a run; requester and admins always may'),
  approval: z
    .strictObject({
      batchOver: z.int().min(1).exactOptional().describe('batches of more servers than this'),
      deviceTypes: z.array(z.string().min(1)).default([]),
      channels: z.array(channel).default([]).describe('everything that is asked for there'),
      everything: z.boolean().default(false),
      inSlack: z.boolean().default(true).describe('false: it is approved elsewhere, not by a click'),
      by: z.enum(['operators', 'admins'], { error: 'expected "operators" or "admins"' }).default('operators'),
      expiresIn: z
        .string()
        .regex(/^\d+(s|m|h|d)$/, { error: 'must be a number with a unit, e.g. 30m or 8h' })
        .default('8h'),
    })
    .prefault({})
    .describe('which wishes need a second person'),
})
export type AccessPolicy = z.output<typeof accessSchema>
export type AccessPolicyInput = z.input<typeof accessSchema>

/** What a policy that names no operators comes to. */
export const EVERYBODY_OPERATES =
  'everybody of the workspace may start, retry and cancel runs: no operators are configured'

/** How much one may ask for. */
export const limitsSchema = z.strictObject({
  commandsPerMinute: z.int().min(1).max(600).default(10).describe('commands, clicks and submissions of one user'),
  batchSize: z.int().min(1).max(1000).default(200).describe('servers of one batch'),
  queue: z.int().min(1).max(10_000).default(1000).describe('runs under way; more are refused'),
})
export type BotLimits = z.output<typeof limitsSchema>
