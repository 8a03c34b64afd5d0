import { allCells } from './cells.ts'
import { play } from './play.ts'
const t0 = performance.now()
const cells = await allCells()
const ms = () => Math.round(performance.now() - t0)
console.log(cells.length, 'cells', new Set(cells.map((c) => c.call)).size, 'calls', ms())
const [from, to, only] = [Number(process.argv[2] ?? 0), Number(process.argv[3] ?? 40), process.argv[4]]
if (process.argv[2] === 'calls') {
  for (const c of new Set(cells.map((c) => c.call)))
    console.log(
      c,
      cells
        .filter((x) => x.call === c && x.manner === 'fail')
        .map((x) => x.mode)
        .join(' '),
    )
  process.exit()
}
const chosen = cells
  .filter((c) => !only || `${c.call} ${c.mode} ${c.manner}`.includes(only))
  .slice(from, to)
  .filter((c) => !process.env['RE'] || new RegExp(process.env['RE']).test(`${c.call} × ${c.mode} × ${c.manner}`))
let next = 0
async function worker() {
  while (next < chosen.length) {
    const cell = chosen[next++]!
    const t = performance.now()
    const name = `${cell.call} × ${cell.mode} × ${cell.manner}`
    try {
      const v = await Promise.race([
        play(cell),
        new Promise<never>((_, no) => setTimeout(() => no(new Error('TOO LONG 120s')), 120000)),
      ])
      if (process.env['V']) console.log('ok', Math.round(performance.now() - t), name, v.status, v.named ? '!' : '')
    } catch (e) {
      console.log(
        'BROKEN',
        Math.round(performance.now() - t),
        name,
        '\n    ',
        String((e as Error).message)
          .split('\n')
          .slice(0, 14)
          .join('\n      '),
      )
    }
  }
}
await Promise.all(Array.from({ length: Number(process.env['P'] ?? 4) }, worker))
console.log('done', chosen.length, ms())
process.exit()
