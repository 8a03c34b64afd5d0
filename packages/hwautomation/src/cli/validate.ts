import { driftLines } from '../report/drift-lines.ts'
import { EXIT } from './exit.ts'
import { openToLook, type GlobalOptions } from './open.ts'
import { printJson, printLines, wantsColour } from './print.ts'

/** `hwautomation validate <server>` */
export async function validate(
  server: string,
  { type, ...options }: GlobalOptions & { readonly type?: string },
): Promise<void> {
  await using hw = await openToLook(options)
  const report = await hw.validate(server, type === undefined ? {} : { deviceType: type })
  if (options.json) printJson({ ...report }, 'validate')
  else printLines(driftLines(report, { colour: wantsColour(process.stdout) }))
  process.exitCode = report.verdict === 'broken' ? EXIT.failed : EXIT.done
}
