import { HwError } from '../errors.ts'
import type { Disk } from './disk.ts'
import { absent } from './file-system.ts'
import { seal, unseal } from './sealed-json.ts'
import type { OnTrouble } from './troubles.ts'

/**
 * How the state directory is laid out; raised when a release that knows only the older one would go wrong in it.
 * 1 (no version file): past runs beside unfinished ones in `workflows`. 2: see `LowdbStore`.
 */
export const LAYOUT = 2
const FILE = 'layout.json'

/**
 * The layout of a directory; 1 where it says nothing.
 * @throws HwError `store.newer-layout`
 */
export async function readLayout(disk: Disk, onTrouble: OnTrouble): Promise<number> {
  const text = await disk.fs.readFile(disk.path(FILE), 'utf8').catch(absent)
  if (text === undefined) return 1
  const read = unseal(text)
  const layout: unknown =
    read.is === 'damaged' ? undefined : (read.value as { readonly layout?: unknown } | null)?.layout
  if (read.is === 'damaged' || typeof layout !== 'number') {
    onTrouble(
      FILE,
      `${read.is === 'damaged' ? read.why : 'it names no layout'}; the directory is taken for layout ${LAYOUT}`,
    )
    return 1
  }
  if (layout > LAYOUT) throw newerLayout(disk.root, layout)
  return layout
}

/** Says that the directory is laid out as this release does it. */
export async function writeLayout(disk: Disk): Promise<void> {
  await disk.write(disk.path(FILE), `${seal({ layout: LAYOUT })}\n`)
}

function newerLayout(root: string, layout: number): HwError {
  return new HwError({
    code: 'store.newer-layout',
    kind: 'conflict',
    message: `The state directory ${root} has layout ${layout}; this release knows up to ${LAYOUT}. Nothing in it was touched.`,
    hint: 'Use the release that wrote it, or a later one, or choose another directory.',
    context: { path: root, layout },
  })
}
