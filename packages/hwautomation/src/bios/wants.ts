import { attributeOf, registryEntry, sameValue } from './configuration.ts'
import type { BiosValue } from './configuration.ts'
import { didYouMeanText } from './did-you-mean.ts'
import type { BiosGiven, BiosPreserved, BiosProblem } from './plan.ts'
import { protectingGlob } from './preserve.ts'
import { printable } from './printable.ts'
import { settingNames } from './settings.ts'
import type { SettingName } from './settings.ts'
import type { BiosTemplate } from './template.ts'
import type { BiosVendor, Board } from './vendor.ts'

/** One native attribute and the value the template wants there, not yet checked. */
export interface Want {
  readonly name: string
  readonly canonical?: SettingName
  readonly value: BiosValue
}

/** A template in native words: what remains to be checked, and what is settled already. */
export interface Wants {
  readonly wants: readonly Want[]
  readonly given: readonly BiosGiven[]
  readonly preserved: readonly BiosPreserved[]
  readonly problems: readonly BiosProblem[]
}

/** Translates a template for this board and takes out what the preserve globs protect. */
export function wantsOf(template: BiosTemplate, globs: readonly string[], vendor: BiosVendor, board: Board): Wants {
  const given: BiosGiven[] = []
  const preserved: BiosPreserved[] = []
  const problems: BiosProblem[] = []
  const byName = new Map<string, Want>()
  let known: readonly string[] | undefined
  let suggested = 0
  const boardName = printable(vendor.boardName(board.current.board))

  for (const canonical of settingNames) {
    const value = template.settings[canonical]
    if (value === undefined) continue
    const meaning = vendor.meaning(canonical, value, board)
    const glob = protectingGlob([canonical], globs)
    if (meaning.kind === 'given') given.push({ canonical, value, reason: meaning.reason })
    else if (meaning.kind === 'attributes')
      for (const attribute of meaning.attributes) add({ canonical, name: attribute.name, value: attribute.value })
    else if (glob !== undefined) preserved.push({ name: canonical, canonical, glob, value: null, wanted: value })
    else if (meaning.kind === 'ambiguous')
      problems.push({
        code: 'ambiguous',
        name: canonical,
        canonical,
        wanted: value,
        message: `\`${canonical}\`: ${printable(meaning.reason, 400)}`,
        hint: 'Name the NIC that the machine boots from as `bios.bootNic` of the device type.',
      })
    else
      problems.push({
        code: 'unsupported',
        name: canonical,
        canonical,
        wanted: value,
        message: `\`${canonical}: ${value}\` is not supported on this board (${boardName}): ${printable(meaning.reason)}.`,
        hint: `Remove \`${canonical}\` from the template of this device type.`,
      })
  }
  for (const [name, value] of Object.entries(template.native)) {
    const named = byName.get(name)
    byName.set(name, { name, value, ...(named?.canonical === undefined ? {} : { canonical: named.canonical }) })
  }

  const wants: Want[] = []
  for (const want of byName.values()) settle(want)
  return { wants, given, preserved, problems }

  function add(want: Want): void {
    const other = byName.get(want.name)
    if (other !== undefined && !sameValue(other.value, want.value))
      problems.push({
        code: 'contradiction',
        name: want.name,
        ...(want.canonical === undefined ? {} : { canonical: want.canonical }),
        wanted: want.value,
        message: `\`${other.canonical ?? other.name}\` wants ${printable(want.name)} to be ${printable(other.value)}, \`${want.canonical ?? ''}\` wants ${printable(want.value)}.`,
        hint: 'Keep one of the two in the template.',
      })
    byName.set(want.name, want)
  }

  function settle(want: Want): void {
    const current = attributeOf(board.current, want.name)
    const names = want.canonical === undefined ? [want.name] : [want.name, want.canonical]
    const glob = protectingGlob(names, globs)
    const label = want.canonical === undefined ? {} : { canonical: want.canonical }
    if (isSecret(want.name)) problems.push(secretProblem(want))
    else if (glob !== undefined)
      preserved.push({ name: want.name, ...label, glob, value: current ?? null, wanted: want.value })
    else if (current !== undefined || registryEntry(board.registry, want.name) !== undefined) wants.push(want)
    else
      problems.push({
        code: 'unsupported',
        name: want.name,
        ...label,
        wanted: want.value,
        message: `${printable(want.name)} is not supported on this board (${boardName}): it has no such attribute.${suggestion(want.name)}`,
        hint: `Remove ${printable(want.name)} from the template of this device type, or correct its name.`,
      })
  }

  function isSecret(name: string): boolean {
    const entry = registryEntry(board.registry, name)
    return entry === undefined ? vendor.isSecret(name) : entry.type === 'Password'
  }

  /** Only for so many: a template that was made for another board has nothing but unknown names. */
  function suggestion(name: string): string {
    if (suggested >= MOST_SUGGESTIONS) return ''
    suggested += 1
    known ??= [...new Set([...Object.keys(board.current.attributes), ...Object.keys(board.registry?.attributes ?? {})])]
    return printable(didYouMeanText(name, known), 800)
  }
}

const MOST_SUGGESTIONS = 20

/** Without the value: a plan is shown and kept. */
function secretProblem({ name }: Want): BiosProblem {
  return {
    code: 'secret',
    name,
    message: `${printable(name)} is a password.`,
    hint: 'Passwords do not belong in a template: set them at the machine or through its BMC.',
  }
}
