import { gunzipSync } from 'node:zlib'
import { unpackTar } from 'modern-tar'
import { describe, expect, it } from 'vitest'
import { exportRun } from '../../src/bundle/export-run.ts'
import { BundleFiles, safeName } from '../../src/bundle/files.ts'
import type { BundleSource } from '../../src/bundle/source.ts'
import { systemClock } from '../../src/clock.ts'
import { bundleSource } from '../../src/control/live-site.ts'
import { Redactor } from '../../src/redaction.ts'
import type { WorkflowRecord } from '../../src/workflow/record.ts'
import { tinySite, type TinySite } from '../control/tiny-site.ts'
import { testSite } from '../provisioning/site.ts'

const SECRET = 'pa"ss/wörd+1234'

const AT = Date.parse('2026-03-01T12:00:00Z')

async function packed(source: BundleSource, id: string): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of exportRun(source, id, { clock: { ...systemClock, now: () => AT } })) pieces.push(piece)
  return Buffer.concat(pieces)
}

/** The files of a bundle, by name without its folder. */
async function unpacked(source: BundleSource, id: string): Promise<Map<string, Buffer>> {
  const entries = await unpackTar(gunzipSync(await packed(source, id)), { strict: true })
  return new Map(
    entries.map(({ header, data }) => {
      expect(header).toMatchObject({ mode: 0o600, uid: 0, gid: 0, type: 'file' })
      expect(header.name.startsWith(`${id}/`)).toBe(true)
      return [header.name.slice(id.length + 1), Buffer.from(data ?? [])]
    }),
  )
}

function sourceOf({ manager, store, redactor }: TinySite, more: Partial<BundleSource> = {}): BundleSource {
  return {
    load: async (id) => (await manager.get(id))?.record(),
    events: (id, after) => store.events(id, after),
    journal: (query) => store.journal(query),
    artefact: (sha256) => store.getArtefact(sha256),
    redactor,
    site: 'there is no MAAS here',
    ...more,
  }
}

async function withArtefacts(site: TinySite, files: Readonly<Record<string, Uint8Array>>): Promise<WorkflowRecord> {
  const run = await site.start('ends')
  const { record } = await run.outcome()
  const artefacts = []
  for (const [name, bytes] of Object.entries(files))
    artefacts.push({ name, ...(await site.store.putArtefact(bytes)), mediaType: 'text/plain', step: 'two' })
  return { ...record, artefacts }
}

describe('a support bundle', () => {
  it('holds the run, its events, what was asked of it, and says what is missing', async () => {
    await using site = await tinySite()
    const run = await site.start('ends')
    await run.outcome()
    await site.manager.cancel(run.id, { by: 'bob', reason: 'late', via: 'cli' })
    const files = await unpacked(sourceOf(site), run.id)
    expect([...files.keys()]).toEqual(['record.json', 'events.jsonl', 'audit.jsonl', 'environment.json', 'README.txt'])
    expect(JSON.parse(files.get('record.json')!.toString())).toEqual(run.record())
    const events = files.get('events.jsonl')!.toString().trim().split('\n')
    expect(JSON.parse(events.at(-1)!)).toMatchObject({ type: 'workflow.status', to: 'COMPLETED' })
    const audit = files.get('audit.jsonl')!.toString().trim().split('\n')
    expect(audit.map((line) => (JSON.parse(line) as { action: string }).action)).toEqual(['start', 'cancel'])
    expect(JSON.parse(files.get('environment.json')!.toString())).toMatchObject({ node: process.version })
    const readme = files.get('README.txt')!.toString()
    expect(readme).toContain('- maas/: nothing was asked of MAAS: there is no MAAS here')
    expect(readme).toMatch(/^Exported 2026-03-01T12:00:00\.000Z$/m)
  })

  it('is the same bytes each time', async () => {
    await using site = await tinySite()
    const run = await site.start('fails')
    await run.outcome()
    const source = sourceOf(site)
    expect((await packed(source, run.id)).equals(await packed(source, run.id))).toBe(true)
  })

  it('holds no secret: not in artefacts, not in encodings of it, not in what is no text', async () => {
    await using site = await tinySite()
    const forms = [
      SECRET,
      encodeURIComponent(SECRET),
      Buffer.from(SECRET).toString('base64'),
      JSON.stringify(SECRET).slice(1, -1),
    ]
    const record = await withArtefacts(site, {
      'bios.json': Buffer.from(`{"AdminPassword":${JSON.stringify(SECRET)}}\n${forms.join('\n')}`),
      'dump.bin': Buffer.concat([Buffer.from([0xff, 0xfe, 0x00]), Buffer.from(forms[2]!), Buffer.from([0xff])]),
    })
    site.redactor.add(SECRET)
    const files = await unpacked(
      sourceOf(site, { load: async () => ({ ...record, note: { deep: [SECRET] } }) }),
      record.id,
    )
    expect(files.has('artefacts/two-bios.json')).toBe(true)
    for (const [name, bytes] of files)
      for (const form of forms) expect(bytes.includes(form), `${name} holds ${form}`).toBe(false)
    const binary = files.get('artefacts/two-dump.bin')!
    expect([binary[0], binary[1], binary.at(-1)]).toEqual([0xff, 0xfe, 0xff])
    expect(binary.toString('latin1')).toContain('«redacted»')
  })

  it('keeps names from leaving the folder, hiding, or meaning something elsewhere', async () => {
    await using site = await tinySite()
    const names = [
      '../../etc/passwd',
      '.bashrc',
      'a\u001B[2Jb',
      'CON.txt',
      'x'.repeat(400),
      'bios.json',
      'BIOS.JSON',
      '-rf',
    ]
    const record = await withArtefacts(site, Object.fromEntries(names.map((name) => [name, Buffer.from(name)])))
    const files = await unpacked(sourceOf(site, { load: async () => record }), record.id)
    const kept = [...files.keys()].filter((name) => name.startsWith('artefacts/'))
    expect(kept).toHaveLength(names.length)
    for (const name of kept) expect(name).toMatch(/^(artefacts|etc)(\/(?!\.)[A-Za-z0-9._-]{1,100})+$/)
    expect(new Set(kept.map((name) => name.toLowerCase())).size).toBe(kept.length)
    expect(safeName('/a//../.x/con')).toBe('a/x/_con')
  })

  it('says which kept file is gone, and goes on', async () => {
    await using site = await tinySite()
    const record = await withArtefacts(site, { 'bios.json': Buffer.from('x') })
    const files = await unpacked(
      sourceOf(site, { load: async () => record, artefact: async () => undefined }),
      record.id,
    )
    expect(files.get('README.txt')!.toString()).toContain('- artefacts/two-bios.json: it is not in the store')
  })

  it('is bounded, and says what was cut', () => {
    const files = new BundleFiles(new Redactor(), { file: 100, bundle: 150 })
    expect(files.text('one.txt', 'x'.repeat(200)).bytes).toHaveLength(100)
    expect(files.text('two.txt', 'x'.repeat(200)).bytes).toHaveLength(50)
    expect(files.text('three.txt', 'x').bytes).toHaveLength(0)
    expect(files.notes.map((note) => note.split(':')[0])).toEqual(['one.txt', 'two.txt', 'three.txt'])
  })

  it('of a run that does not exist is an error', async () => {
    await using site = await tinySite()
    await expect(packed(sourceOf(site), 'run_1')).rejects.toMatchObject({ code: 'workflow.no-such-run' })
  })

  it('a reader that stops, stops the making', async () => {
    await using site = await tinySite()
    const run = await site.start('ends')
    await run.outcome()
    let reading = 0
    async function* endless() {
      for (;;) {
        reading += 1
        yield {
          noise: Math.trunc(reading ** 1.7)
            .toString(36)
            .repeat(50),
        }
      }
    }
    const source = sourceOf(site, { events: endless as never })
    for await (const _ of exportRun(source, run.id)) break
    const seen = reading
    await new Promise((resolve) => setImmediate(resolve))
    expect(reading).toBe(seen)
  })
})

describe('a support bundle of a site', () => {
  it(
    'adds what MAAS says of the machine now, and its own configuration without secrets',
    { timeout: 60_000 },
    async () => {
      await using site = await testSite({ clock: { speed: 100 } })
      const run = await site.hw.manager.start(site.workflow(), { requestedBy: 'ada' })
      expect((await run.outcome()).status).toBe('COMPLETED')
      const files = await unpacked(bundleSource(site.hw, site.hw.store), run.id)
      const names = [...files.keys()]
      expect(names).toContain('maas/machine.json')
      expect(names).toContain('maas/events.json')
      expect(names).toContain('maas/commissioning/summary.json')
      expect(names.filter((name) => /^maas\/commissioning\/.*\.txt$/.test(name)).length).toBeGreaterThan(3)
      expect(names.filter((name) => name.startsWith('artefacts/')).length).toBeGreaterThan(0)
      expect(JSON.parse(files.get('maas/machine.json')!.toString())).toMatchObject({ hostname: 'srv001' })
      const { config } = JSON.parse(files.get('environment.json')!.toString()) as { config: Record<string, any> }
      expect(config['maas']).toMatchObject({ url: site.hw.config.maas.url, apiKey: '«redacted»' })
      expect(config['ssh'].privateKey).toBe('«redacted»')
      const { apiKey } = site.hw.config.maas
      for (const secret of [apiKey, ...apiKey.split(':'), site.hw.config.ssh.privateKey!.split('\n')[2]!])
        for (const [name, bytes] of files) expect(bytes.includes(secret), `${name} holds a secret`).toBe(false)
    },
  )

  it('is made without MAAS where it does not answer', { timeout: 120_000 }, async () => {
    await using site = await testSite({ clock: { speed: 100 } })
    const run = await site.hw.manager.start(site.workflow({ deviceType: 'a1.c5.large' }), { requestedBy: 'ada' })
    await run.cancel({ by: 'ada', reason: 'enough' })
    await run.outcome()
    const source = bundleSource(site.hw, site.hw.store)
    await site.lab.close()
    const files = await unpacked(source, run.id)
    expect([...files.keys()]).toContain('record.json')
    expect(files.get('README.txt')!.toString()).toMatch(/- maas\/machine\.json: MAAS did not give it: .*\[maas\./)
  })
})
