import { plain, styleOf } from '../report/style.ts'
import { EXIT } from './exit.ts'
import { openToLook, type GlobalOptions } from './open.ts'
import { printJson, wantsColour } from './print.ts'

/** `hwautomation check` */
export async function check(options: GlobalOptions): Promise<void> {
  await using hw = await openToLook(options)
  const results = await hw.check()
  if (options.json) for (const result of results) printJson({ type: 'check', ...result })
  else {
    const style = styleOf(wantsColour(process.stdout))
    const mark = { ok: style.good('✔'), warn: style.busy('!'), fail: style.bad('✘') }
    for (const { name, status, detail, hint } of results) {
      process.stdout.write(`${mark[status]} ${plain(name)}: ${plain(detail)}\n`)
      if (hint) process.stdout.write(`    ${plain(hint)}\n`)
    }
  }
  process.exitCode = results.some(({ status }) => status === 'fail') ? EXIT.failed : EXIT.done
}
