import { SlackFailure } from '../failure.ts'
import type { SlackObject } from '../workspace.ts'
import type { Arguments } from './arguments.ts'

const MOST = 1_000

/** One page by `cursor` and `limit` (docs.slack.dev/apis/web-api/pagination). */
export function pageOf<T>(
  all: readonly T[],
  args: Arguments,
  byDefault: number,
): { readonly items: readonly T[]; readonly hasMore: boolean; readonly cursor: SlackObject } {
  const wanted = args.number('limit', byDefault)
  if (wanted < 0 || !Number.isInteger(wanted)) throw new SlackFailure('invalid_limit')
  const limit = Math.min(wanted || byDefault, MOST)
  const start = args.has('cursor') ? position(args.required('cursor')) : 0
  const end = start + limit
  const hasMore = end < all.length
  const next = hasMore ? Buffer.from(`next:${end}`).toString('base64') : ''
  return { items: all.slice(start, end), hasMore, cursor: { response_metadata: { next_cursor: next } } }
}

function position(cursor: string): number {
  const [, at] = /^next:(\d+)$/.exec(Buffer.from(cursor, 'base64').toString()) ?? []
  if (at === undefined) throw new SlackFailure('invalid_cursor')
  return Number(at)
}
