import { type Clock, systemClock, timestamp } from '../clock.ts'
import { noSuchRun } from '../workflow/wishes.ts'
import { environmentFile } from './environment.ts'
import { BundleFiles, type BundleFile } from './files.ts'
import { maasFiles } from './maas-files.ts'
import { readmeFile } from './readme.ts'
import type { BundleSource } from './source.ts'
import { tarGz } from './tar-gz.ts'

/**
 * Everything somebody needs to understand a run who was not there, as a gzipped tar archive: its document, events, requests of
 * people, kept files, what MAAS says of the machine now, versions and configuration. Every text has passed the redactor; names are
 * safe, sizes bounded; at one time of its clock it is always the same bytes.
 *
 * @throws HwError `workflow.no-such-run`
 * @example
 * await pipeline(Readable.from(exportRun(source, id)), createWriteStream(`${id}.tar.gz`))
 */
export async function* exportRun(
  source: BundleSource,
  id: string,
  options: { readonly signal?: AbortSignal; readonly clock?: Clock } = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const record = await source.load(id)
  if (record === undefined) throw noSuchRun(id.slice(0, 80))
  const { signal, clock = systemClock } = options
  const exportedAt = timestamp(clock)
  const files = new BundleFiles(source.redactor)
  // what MAAS says is read first: the README, which comes first, says what could not be had
  const fromMaas = await maasFiles(source, record.resource, files, signal)
  const environment = environmentFile(source, files)
  async function* all(): AsyncGenerator<BundleFile, void, undefined> {
    yield files.json('record.json', record)
    yield await files.jsonLines('events.jsonl', source.events(record!.id, 0))
    yield await files.jsonLines('audit.jsonl', requests(source, record!.id, record!.createdAt))
    for (const { name, step, sha256 } of record!.artefacts) {
      signal?.throwIfAborted()
      const bytes = await source.artefact(sha256)
      if (bytes === undefined) files.note(`artefacts/${step}-${name}: it is not in the store, or was damaged there.`)
      else yield files.bytes(`artefacts/${step}-${name}`, bytes)
    }
    yield* fromMaas
    yield environment
    yield readmeFile(record!, files, exportedAt)
  }
  yield* tarGz(record.id, new Date(record.createdAt), all(), signal)
}

/** What people asked of the run. A request is in the journal a moment before or any time after the run's making. */
async function* requests(source: BundleSource, workflowId: string, createdAt: string) {
  const from = new Date(Date.parse(createdAt) - 60_000).toISOString()
  for await (const line of source.journal({ workflowId, from })) if (line.type === 'audit') yield line
}
