/**
 * Figures, each next to a limit or a peer of the same run: `npm run bench [bios|engine|import|install|lab|slack|store] [-- --large]`.
 * Absolute values are this machine's; read the ratios.
 */
import { benchBios } from './bios.ts'
import { benchEngine } from './engine.ts'
import { benchImport } from './import.ts'
import { benchInstall } from './install.ts'
import { benchLab } from './lab.ts'
import { benchSlack } from './slack.ts'
import { benchStore } from './store.ts'

const BENCHES = {
  bios: benchBios,
  engine: benchEngine,
  import: benchImport,
  install: benchInstall,
  lab: benchLab,
  slack: benchSlack,
  store: benchStore,
} as const
const large = process.argv.includes('--large')
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'))

for (const [name, bench] of Object.entries(BENCHES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  for (const line of await bench({ large })) process.stdout.write(`${line}\n`)
}
