import { execFileSync } from 'node:child_process'
import { mkdtemp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'tsup'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkCatalogue, loadCatalogue } from '../../src/devices/load-catalogue.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hwautomation-catalogue-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function file(name: string, text: string | Uint8Array): Promise<string> {
  const full = path.join(folder, name)
  await writeFile(full, text)
  return full
}

describe('the shipped catalogue', () => {
  it('has the two Arm types, which differ', async () => {
    const catalogue = await loadCatalogue()
    const [large, xlarge] = [catalogue.get('a1.c5.large'), catalogue.get('a1.c5.xlarge')]
    expect(large.hardware).toMatchObject({ cores: 80, memoryGiB: 256, storage: '2 x 2 TB NVMe' })
    expect(xlarge.hardware).toEqual({ ...large.hardware, storage: '2 x 4 TB NVMe' })
    expect(large.bios.settings['power-profile']).toBe('throughput')
    expect(xlarge.bios.settings).toEqual({
      ...large.bios.settings,
      'power-profile': 'virtualization-max-performance',
      cooling: 'increased',
    })
    expect([large.tag, xlarge.tag]).toEqual(['hw-type-a1-c5-large', 'hw-type-a1-c5-xlarge'])
    expect(
      catalogue.candidates({
        manufacturer: 'HPE',
        product: 'ProLiant RL300 Gen11',
        board: 'ProLiant RL300 Gen11',
        architecture: 'aarch64',
      }),
    ).toEqual(['a1.c5.large', 'a1.c5.xlarge'])
  })

  it('has times for every step of the workflow, each attempt within its limits', async () => {
    const catalogue = await loadCatalogue()
    for (const name of catalogue.names()) {
      const { steps } = catalogue.get(name)
      expect(Object.keys(steps)).toEqual([
        'commission',
        'retrieve-ip',
        'bios-pull',
        'bios-modify',
        'bios-push',
        'ipmi-configure',
        'finalize',
      ])
      for (const { expectedMs, attemptMs = 0, totalMs = 0 } of Object.values(steps)) {
        expect(expectedMs).toBeLessThan(attemptMs)
        expect(attemptMs).toBeLessThan(totalMs)
      }
    }
  })
})

describe('files of the operator', () => {
  it('add types and change shipped ones', async () => {
    const own = await file(
      'own.yaml',
      'deviceTypes:\n  a1.c5.large:\n    extends: a1.c5.large\n    bios: { settings: { ac-loss: stay-off } }\n',
    )
    const catalogue = await loadCatalogue({ files: [own] })
    expect(catalogue.get('a1.c5.large').bios.settings).toMatchObject({
      'ac-loss': 'stay-off',
      'power-profile': 'throughput',
    })
    expect(catalogue.get('a1.c5.xlarge').bios.settings['ac-loss']).toBe('stay-off')
  })

  it('that cannot be read are reported together with the faults of those that can', async () => {
    const bad = await file('bad.yaml', 'deviceTypes: 5\n')
    const large = await file('large.yaml', Buffer.alloc(1_100_000, 0x23))
    const latin = await file('latin.yaml', Buffer.from([0x23, 0xe9, 0x0a]))
    const gone = path.join(folder, 'gone.yaml')
    const fifo = path.join(folder, 'pipe.yaml')
    execFileSync('mkfifo', [fifo])
    await expect(loadCatalogue({ files: [bad, large, latin, gone, fifo, folder, '/dev/zero'] })).rejects.toMatchObject({
      code: 'devices.catalogue-invalid',
      context: {
        faults: expect.arrayContaining([
          `${bad}:1:14: must be a map with the key \`deviceTypes\`, a map of device types by name`,
          `${large}:1:1: is larger than 1024 KiB`,
          expect.stringContaining(`${latin}:1:1: cannot be read: `),
          expect.stringContaining(`${gone}:1:1: cannot be read: ENOENT`),
          `${fifo}:1:1: is not a regular file`,
          `${folder}:1:1: is not a regular file`,
          '/dev/zero:1:1: is not a regular file',
        ]) as unknown,
      },
    })
  })

  it('can be looked at without being used: every fault with its place, and no error', async () => {
    const bad = await file(
      'cut.yaml',
      'deviceTypes:\n  x:\n    extends: r650.c.large\n    bios: { settings: { pxe: disabled } }\n',
    )
    const { types, faults } = await checkCatalogue({ files: [bad] })
    expect(faults).toEqual([
      { file: bad, line: 4, column: 30, message: expect.stringContaining('out of MAAS') as unknown },
    ])
    expect(types.map(({ name }) => name)).toEqual(expect.arrayContaining(['x', 'r650.c.large']))
    expect(await checkCatalogue({ files: [], withoutBuiltIn: true })).toEqual({ types: [], faults: [] })
    expect((await checkCatalogue({ files: [path.join(folder, 'nowhere.yaml')] })).faults).toMatchObject([
      { line: 1, column: 1, message: expect.stringContaining('cannot be read') as unknown },
    ])
  })

  it('can stand alone', async () => {
    expect((await loadCatalogue({ withoutBuiltIn: true })).names()).toEqual([])
  })
})

describe('in a bundle', () => {
  it('the shipped catalogue is found beside `dist`', async () => {
    const root = fileURLToPath(new URL('../../', import.meta.url))
    const copy = path.join(folder, 'node_modules', 'hwautomation')
    await mkdir(path.join(copy, 'catalogue'), { recursive: true })
    await writeFile(path.join(copy, 'package.json'), '{"name":"hwautomation","type":"module"}')
    for (const name of await readdir(path.join(root, 'catalogue')))
      await writeFile(path.join(copy, 'catalogue', name), await readFile(path.join(root, 'catalogue', name)))
    await build({
      config: false,
      silent: true,
      entry: { index: path.join(root, 'src/devices/load-catalogue.ts') },
      outDir: path.join(copy, 'dist'),
      format: 'esm',
      target: 'node20',
      noExternal: [/.*/],
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    })
    const script = `import('${path.join(copy, 'dist/index.js')}').then(async (m) => console.log((await m.loadCatalogue()).names().join()))`
    const printed = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: folder,
      encoding: 'utf8',
    })
    expect(printed.trim()).toBe((await loadCatalogue()).names().join())
  })
})
