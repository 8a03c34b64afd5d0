import { LoopJump } from './control.ts'
import { expandFields, expandPattern, expandText } from './expand.ts'
import { matches } from './pattern.ts'
import { tryRedirects, resolveRedirects } from './redirect.ts'
import type { How, Shell } from './shell.ts'
import type { Node, Redirect } from './syntax.ts'

type Of<K extends Node['kind']> = Extract<Node, { kind: K }>

/** Runs a compound command with its redirections in force. */
export async function redirected(
  shell: Shell,
  redirects: readonly Redirect[],
  work: () => Promise<number>,
): Promise<number> {
  if (redirects.length === 0) return work()
  const restore = await tryRedirects(shell, await resolveRedirects(shell, redirects))
  if (restore === undefined) {
    shell.status = shell.failureStatus
    return shell.status
  }
  try {
    return await work()
  } finally {
    if (shell.process.ended === undefined) restore()
  }
}

export async function runIf(shell: Shell, node: Of<'if'>, how: How): Promise<number> {
  for (const { condition, body } of node.branches) {
    if ((await shell.run(condition, { tested: true })) === 0) return shell.run(body, how)
  }
  if (node.otherwise !== undefined) return shell.run(node.otherwise, how)
  shell.status = 0
  return 0
}

export function runWhile(shell: Shell, node: Of<'while'>, how: How): Promise<number> {
  return loop(shell, async () => {
    const met = (await shell.run(node.condition, { tested: true })) === 0
    return met === node.until ? undefined : shell.run(node.body, { tested: how.tested === true })
  })
}

export async function runFor(shell: Shell, node: Of<'for'>, how: How): Promise<number> {
  let values: string[] = []
  if (node.words === undefined) values = [...shell.parameters]
  else for (const word of node.words) values.push(...(await expandFields(shell, word)))
  return loop(shell, async () => {
    const value = values.shift()
    if (value === undefined) return undefined
    shell.set(node.name, value)
    return shell.run(node.body, { tested: how.tested === true })
  })
}

export async function runCase(shell: Shell, node: Of<'case'>, how: How): Promise<number> {
  const text = await expandText(shell, node.word)
  for (const { patterns, body } of node.cases) {
    for (const pattern of patterns) {
      if (matches(await expandPattern(shell, pattern), text)) return shell.run(body, how)
    }
  }
  shell.status = 0
  return 0
}

/** Turns until one gives no status; the loop's status is that of its last body. */
async function loop(shell: Shell, turn: () => Promise<number | undefined>): Promise<number> {
  let status = 0
  shell.loopDepth += 1
  try {
    for (;;) {
      try {
        const one = await turn()
        if (one === undefined) break
        status = one
      } catch (error) {
        if (!(error instanceof LoopJump)) throw error
        status = 0
        error.levels -= 1
        if (error.levels > 0 && shell.loopDepth > 1) throw error
        if (error.kind === 'break') break
      }
      // A busy loop of builtins must not starve the process that simulates it.
      await shell.process.host.breathe()
    }
  } finally {
    shell.loopDepth -= 1
  }
  shell.status = status
  return status
}
