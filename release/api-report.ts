/**
 * The public API of each package as text, made from its built declarations, so that a change of it is seen in review.
 * `npm run api` writes the reports (after `npm run build`); `npm run api -- --check` fails where one is out of date.
 */
import {
  Extractor,
  ExtractorConfig,
  ExtractorLogLevel,
  ExtractorMessageCategory,
  type IConfigFile,
} from '@microsoft/api-extractor'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const ENTRIES = [
  { folder: 'hwautomation', entry: 'index', report: 'hwautomation' },
  { folder: 'hwautomation', entry: 'control', report: 'hwautomation-control' },
  { folder: 'testkit', entry: 'index', report: 'testkit' },
  { folder: 'slackbot', entry: 'index', report: 'slackbot' },
] as const

const isCheck = process.argv.includes('--check')
const scratch = mkdtempSync(path.join(tmpdir(), 'api-report-'))
const changed = ENTRIES.filter((entry) => isChanged(entry))
rmSync(scratch, { recursive: true, force: true })
for (const { folder, report } of changed)
  process.stdout.write(`packages/${folder}/api/${report}.api.md ${isCheck ? 'is out of date' : 'is new'}\n`)
if (isCheck && changed.length > 0) {
  process.stdout.write(
    'The public API has changed. Run `npm run build && npm run api`, look at the diff of packages/*/api, and say it to users by `npm run changeset`.\n',
  )
  process.exitCode = 1
}

/** Compares the report with the built declarations; writes it anew unless this is a check. */
function isChanged({ folder, entry, report }: (typeof ENTRIES)[number]): boolean {
  const projectFolder = path.join(ROOT, 'packages', folder)
  const declarations = path.join(projectFolder, 'dist', `${entry}.d.ts`)
  if (!existsSync(declarations)) throw new Error(`${declarations} is not there: run npm run build first.`)
  const reportFolder = path.join(projectFolder, 'api')
  mkdirSync(reportFolder, { recursive: true })
  const extractorConfig = ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: path.join(projectFolder, 'package.json'),
    configObject: configOf(projectFolder, declarations, { reportFolder, reportFileName: `${report}.api.md` }),
  })
  const result = Extractor.invoke(extractorConfig, {
    localBuild: !isCheck,
    messageCallback: (message) => {
      // Its own words about the report are said above, for all reports at once.
      if (message.category === ExtractorMessageCategory.Console) message.logLevel = ExtractorLogLevel.None
    },
  })
  if (result.errorCount > 0) throw new Error(`${declarations} could not be read.`)
  return result.apiReportChanged
}

function configOf(
  projectFolder: string,
  declarations: string,
  report: { readonly reportFolder: string; readonly reportFileName: string },
): IConfigFile {
  const quiet = { default: { logLevel: ExtractorLogLevel.None } }
  return {
    projectFolder,
    mainEntryPointFilePath: declarations,
    newlineKind: 'lf',
    apiReport: { enabled: true, ...report, reportTempFolder: scratch },
    docModel: { enabled: false },
    dtsRollup: { enabled: false },
    tsdocMetadata: { enabled: false },
    compiler: {
      overrideTsconfig: {
        compilerOptions: {
          target: 'ES2023',
          lib: ['ES2023', 'ESNext.Disposable', 'DOM.AsyncIterable'],
          module: 'NodeNext',
          moduleResolution: 'NodeNext',
          types: ['node'],
          strict: true,
          skipLibCheck: true,
        },
        files: [declarations],
      },
    },
    messages: {
      extractorMessageReporting: quiet,
      tsdocMessageReporting: quiet,
      compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
    },
  }
}
