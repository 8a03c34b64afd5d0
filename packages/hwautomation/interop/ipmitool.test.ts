import { execFile, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { lanPrintArgv, lanSetArgv, mcGuidArgv, mcInfoArgv, userListArgv } from '../src/bmc/ipmitool/argv.ts'
import { ipmitoolFailure } from '../src/bmc/ipmitool/failure.ts'
import type { IpmitoolResult } from '../src/bmc/ipmitool/failure.ts'
import { parseLanPrint, parseMcGuid, parseMcInfo, parsePowerStatus, parseUserList } from '../src/bmc/ipmitool/parse.ts'
import { planLan } from '../src/lan/lan-plan.ts'
import { compareBmcIdentity } from '../src/lan/identity.ts'

/*
 * The real ipmitool against Debian's ipmi_sim, a BMC by other authors: `apt-get install ipmitool openipmi`.
 * In-band (`-I open`) needs a BMC in the machine, so our argv goes over lanplus here; only its first two arguments differ.
 */
const files = join(import.meta.dirname, 'ipmi-sim')
let folder: string
let simulator: ChildProcess
let lanplus: readonly string[]

beforeAll(async () => {
  const port = await freeUdpPort()
  folder = await mkdtemp(join(tmpdir(), 'ipmi-sim-'))
  await writeFile(
    join(folder, 'lan.conf'),
    (await readFile(join(files, 'lan.conf'), 'utf8')).replaceAll('@PORT@', String(port)),
  )
  simulator = spawn('ipmi_sim', ['-n', '-c', join(folder, 'lan.conf'), '-f', join(files, 'bmc.emu'), '-s', folder], {
    stdio: 'ignore',
  })
  const failed = new Promise<never>((_resolve, reject) => simulator.once('error', reject))
  lanplus = ['-I', 'lanplus', '-H', '127.0.0.1', '-p', String(port), '-U', 'lab', '-E', '-C', '3', '-N', '1', '-R', '1']
  const up = vi.waitFor(async () => expect((await ipmitool([...lanplus, 'mc', 'info'])).exitCode).toBe(0), {
    timeout: 15_000,
  })
  await Promise.race([up, failed])
})

afterAll(async () => {
  if (simulator.exitCode === null && simulator.pid !== undefined) {
    const exit = new Promise((resolve) => simulator.once('exit', resolve))
    simulator.kill()
    await exit
  }
  await rm(folder, { recursive: true, force: true })
})

describe('what the real ipmitool says of a BMC', () => {
  test('mc info is read', async () => {
    expect(parseMcInfo(await good(mcInfoArgv()))).toMatchObject({
      firmwareRevision: '2.62',
      manufacturerId: 11,
      manufacturerName: 'Hewlett-Packard',
      productId: 0x2000,
      deviceAvailable: true,
    })
  })

  test('mc guid is recognised as the same bytes in every byte order the tool can print', async () => {
    const { guid, encoding } = parseMcGuid(await good(mcGuidArgv()))
    expect(encoding).toBe('SMBIOS')
    for (const order of ['smbios', 'ipmi', 'rfc4122', 'dump']) {
      const other = parseMcGuid(await good([...mcGuidArgv(), order])).guid
      expect(compareBmcIdentity({ guid }, { guid: other })).toMatchObject({ proved: true })
    }
  })

  test('chassis power status is read', async () => {
    expect(parsePowerStatus(await good(['-I', 'open', 'chassis', 'power', 'status']))).toBe('off')
  })

  test('user list is read', async () => {
    const users = parseUserList(await good(userListArgv(1)))
    expect(users).toHaveLength(63)
    expect(users[1]).toEqual({ id: 2, name: 'lab', linkAuth: false, ipmiMessaging: true, privilege: 'ADMINISTRATOR' })
    expect(users[2]).toMatchObject({ id: 3, name: '' })
  })

  test('a channel that is no LAN is told apart, for reading and for writing', async () => {
    expect(ipmitoolFailure(await run(lanPrintArgv(7)))).toMatchObject({ code: 'bmc.no-lan-channel' })
    expect(ipmitoolFailure(await run(lanSetArgv(7, { parameter: 'ipsrc', value: 'static' })))).toMatchObject({
      code: 'bmc.no-lan-channel',
    })
  })

  test('a wrong password gives no session', async () => {
    const result = await ipmitool([...lanplus, 'mc', 'info'], 'wrong-password')
    expect(ipmitoolFailure(result)).toMatchObject({ code: 'bmc.unreachable' })
  })
})

test('a plan is carried out by the real ipmitool, read back, and undone by its inverse', async () => {
  const read = async () => parseLanPrint(await good(lanPrintArgv(1)))
  const before = await read()
  expect(before).toMatchObject({ source: 'unspecified', address: '0.0.0.0', setInProgress: false })
  const plan = planLan({
    current: before,
    requested: { address: '10.0.0.9', subnetMask: '255.255.255.0', gateway: '10.0.0.1' },
  })
  if (!plan.ok) expect.fail('the request was refused')

  for (const step of plan.steps) await good(lanSetArgv(1, step))
  expect(await read()).toMatchObject(plan.target)
  expect(planLan({ current: await read(), requested: { address: '10.0.0.9' } })).toMatchObject({ ok: true, steps: [] })

  for (const step of plan.inverse) await good(lanSetArgv(1, step))
  expect(await read()).toEqual(before)
})

test('a host without an IPMI device is told so in-band, with the drivers to load', async () => {
  const failure = ipmitoolFailure(await ipmitool(['-d', '99', ...lanPrintArgv(1)]))
  expect(failure).toMatchObject({
    code: 'bmc.no-ipmi-device',
    kind: 'invalid',
    hint: expect.stringContaining('modprobe ipmi_si'),
  })
})

/** Our in-band argv, sent over the network instead. */
function run(argv: readonly string[]): Promise<IpmitoolResult> {
  expect(argv.slice(0, 2)).toEqual(['-I', 'open'])
  return ipmitool([...lanplus, ...argv.slice(2)])
}

async function good(argv: readonly string[]): Promise<string> {
  const result = await run(argv)
  expect(ipmitoolFailure(result)).toBeUndefined()
  return result.stdout
}

function ipmitool(argv: readonly string[], password = 'lab-password'): Promise<IpmitoolResult> {
  const env = { ...process.env, IPMITOOL_PASSWORD: password }
  return new Promise((resolve, reject) => {
    execFile('ipmitool', argv, { env, timeout: 30_000 }, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') reject(error)
      else resolve({ argv, exitCode: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })
}

async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  const { port } = socket.address()
  await new Promise<void>((resolve) => socket.close(resolve))
  return port
}
