import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { blocks } from './support/markdown.ts'
import { typeFaults } from './support/type-check.ts'

const DOCS = fileURLToPath(new URL('.', import.meta.url))
const ROOT = path.dirname(path.resolve(DOCS))
const pages = [
  'README.md',
  'SECURITY.md',
  'CONTRIBUTING.md',
  'packages/hwautomation/README.md',
  'packages/testkit/README.md',
  'packages/slackbot/README.md',
  ...readdirSync(DOCS)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
].map((name) => ({ name, text: readFileSync(path.join(ROOT, name), 'utf8') }))

/** What the pages take for granted in a snippet that does not make it itself. */
const GLOBALS = `
import type * as testkit from '@hwautomation/testkit'
import type * as library from 'hwautomation'
import type * as vitest from 'vitest'
declare global {
  const lab: testkit.Lab
  const createLab: typeof testkit.createLab
  const hw: library.HwAutomation
  const workflow: library.ServerProvisioningWorkflow
  const createHwAutomation: typeof library.createHwAutomation
  const ServerProvisioningWorkflow: typeof library.ServerProvisioningWorkflow
  const expect: typeof vitest.expect
}
`

describe('the pages', () => {
  it('hold only TypeScript that compiles', { timeout: 120_000 }, () => {
    const snippets = pages.flatMap(({ name, text }) =>
      blocks(text, 'ts').map((block) => ({ place: `${name}:${block.line}`, text: block.text })),
    )
    expect(typeFaults(DOCS, snippets, GLOBALS)).toEqual([])
  })

  it('link only to files and headings that exist', () => {
    const faults = pages.flatMap(({ name, text }) =>
      [...text.matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)/g)].flatMap(([link, file = '', anchor]) => {
        const target = file === '' ? path.join(ROOT, name) : path.join(ROOT, path.dirname(name), file)
        if (!existsSync(target)) return [`${name}: ${link} leads nowhere`]
        if (anchor === undefined || anchorsOf(readFileSync(target, 'utf8')).includes(anchor)) return []
        return [`${name}: there is no heading for ${link}`]
      }),
    )
    expect(faults).toEqual([])
  })
})

/** Anchors as GitHub makes them: lower case, blanks to dashes, punctuation away, repeated ones numbered. */
function anchorsOf(markdown: string): string[] {
  const seen = new Map<string, number>()
  return [...markdown.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => {
    const anchor = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-')
    const times = seen.get(anchor) ?? 0
    seen.set(anchor, times + 1)
    return times === 0 ? anchor : `${anchor}-${times}`
  })
}
