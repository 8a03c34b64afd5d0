/** Figures, each next to a limit or a peer of the same run: `npm run bench [engine|import|lab|slack|store]`. Absolute values are this machine's; read the ratios. */
import { benchEngine } from './engine.ts'
import { benchImport } from './import.ts'
import { benchLab } from './lab.ts'
import { benchSlack } from './slack.ts'
import { benchStore } from './store.ts'

const BENCHES = {
  engine: benchEngine,
  import: benchImport,
  lab: benchLab,
  slack: benchSlack,
  store: benchStore,
} as const
const wanted = process.argv.slice(2)

for (const [name, bench] of Object.entries(BENCHES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  for (const line of await bench()) process.stdout.write(`${line}\n`)
}
