import type { z } from 'zod'
import type { HwError } from '../errors.ts'
import type { Redactor } from '../redaction.ts'
import { answerWords, contentKind } from './answer-words.ts'
import { callName, type MaasCall } from './calls.ts'
import type { HttpAnswer } from './exchange.ts'
import { maasError } from './maas-errors.ts'

/** The typed value of a successful answer. @throws `maas.unexpected-answer`, naming the field that is not as documented */
export function parseAnswer<Schema extends z.ZodType>(
  schema: Schema,
  call: MaasCall,
  answer: HttpAnswer,
  redactor: Redactor,
): z.infer<Schema> {
  const parsed = schema.safeParse(json(call, answer, redactor))
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const field = issue === undefined || issue.path.length === 0 ? 'the answer itself' : `field ${issue.path.join('.')}`
  // zod's own words name types, never values.
  throw unexpected(call, answer, `${field}: ${issue?.message ?? 'not as documented'}`, { field: issue?.path.join('.') })
}

/** The JSON of an answer. Never with JSON.parse's own error: it quotes the text around the fault, which can be a password. */
export function json(call: MaasCall, answer: HttpAnswer, redactor: Redactor): unknown {
  if (contentKind(answer) !== 'json') {
    const says = call.secretAnswer === true ? '' : answerWords(answer, redactor).short
    throw unexpected(
      call,
      answer,
      `JSON was expected and ${answer.headers['content-type'] ?? 'no content type'} came`,
      { answer: says },
    )
  }
  try {
    return JSON.parse(answer.body) as unknown
  } catch {
    throw unexpected(call, answer, `the JSON is broken (${answer.body.length} characters)`)
  }
}

export function unexpected(
  call: MaasCall,
  answer: HttpAnswer,
  problem: string,
  context: Record<string, string | undefined> = {},
): HwError {
  return maasError('maas.unexpected-answer', {
    sent: 'unknown',
    mutating: call.method !== 'GET',
    message: `Could not ${call.purpose}: MAAS answered ${answer.status}, but not as documented; ${problem}.`,
    context: { call: callName(call), machine: call.machine, status: answer.status, ...context },
  })
}
