/** One structure of the firmware's tables (SMBIOS 3, chapter 7) as `dmidecode` prints it. */
export interface DmiStructure {
  /** SMBIOS type: 0 firmware, 1 system, 2 board, 3 chassis, 4 processor, 17 memory device. */
  readonly type: number
  /** By label, e.g. `Product Name`. */
  readonly values: ReadonlyMap<string, string>
}

/** Of a text that is no table, or one made to fill our memory, this much is looked at. */
const MOST_CHARACTERS = 2 * 1024 * 1024
const MOST_STRUCTURES = 4096

/**
 * Takes the output of `dmidecode` (3.x, without `-q`) apart: a line `Handle 0x…, DMI type n, n bytes`, a title, then lines of a tab,
 * a label, a colon and a value. Comment lines (`# …`), which newer tables bring in between, lists under a label (two tabs) and
 * anything else are passed over. Any text will do: one that is no table has no structures.
 */
export function parseDmidecode(text: string): readonly DmiStructure[] {
  const structures: { readonly type: number; readonly values: Map<string, string> }[] = []
  for (const raw of text.slice(0, MOST_CHARACTERS).split('\n')) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw
    const head = /^Handle 0x[0-9A-Fa-f]{1,8}, DMI type (\d{1,3}), \d+ bytes/.exec(line)
    if (head) {
      if (structures.length === MOST_STRUCTURES) break
      structures.push({ type: Number(head[1]), values: new Map() })
      continue
    }
    const pair = /^\t([^\t:][^:]{0,80}): (.*)$/.exec(line)
    const values = structures.at(-1)?.values
    if (pair && values && !values.has(pair[1]!)) values.set(pair[1]!, pair[2]!)
  }
  return structures
}
