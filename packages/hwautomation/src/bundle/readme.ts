import { plain } from '../report/style.ts'
import type { WorkflowRecord } from '../workflow/record.ts'
import type { BundleFile, BundleFiles } from './files.ts'

/** What is what, for somebody who has only this archive. Made last, since it tells what could not be had. */
export function readmeFile(record: WorkflowRecord, files: BundleFiles, exportedAt: string): BundleFile {
  const { id, resourceLabel, resource, status, createdAt, requestedBy, via } = record
  const text = `hwautomation support bundle

Run      ${plain(id)}
Server   ${plain(resourceLabel)} (MAAS system_id ${plain(resource)})
Status   ${status}
Asked    ${plain(createdAt)} by ${plain(requestedBy)} (${plain(via)})
Exported ${plain(exportedAt)}

record.json        the run's document: request, steps with evidence, intents, errors, warnings, what was left behind
events.jsonl       what happened, in order, one JSON object a line
audit.jsonl        what people asked of the run, and what came of it
artefacts/         files the run kept, by step: BIOS configurations as they were read and as they were written
maas/              what MAAS said of the machine when this was exported: its record, events, script output
environment.json   versions, platform, configuration

Known secrets are masked as «redacted» everywhere. Look through it before you hand it on all the same:
host names, addresses and serial numbers are in it.

${files.notes.length === 0 ? 'Nothing is missing.' : `Missing, or not whole:\n${files.notes.map((note) => `- ${note}`).join('\n')}`}
`
  return files.text('README.txt', text)
}
