import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { connectControl } from '../../src/control.ts'
import { usualSocketPath } from '../../src/control/socket-path.ts'
import {
  createHwAutomation,
  defineWorkflow,
  HostShell,
  HwError,
  ServerProvisioningWorkflow,
  standardSteps,
  WorkflowStep,
  type HwAutomation,
} from '../../src/index.ts'
import { hwautomation } from '../cli/command.ts'
import { Outputs } from './outputs.ts'
import { plantedLab, site, tokensSeen } from './planted-site.ts'

/** Hears the talkative tool, and repeats it in everything a step can say; the first time it also fails with it. */
const indiscreet = new WorkflowStep({
  id: 'indiscreet',
  output: z.object({ heard: z.string() }),
  timeout: { attempt: '5m', total: '10m' },
  retry: { retries: 0 },
  onCancel: 'stop',
  plan: (ctx) => ctx.todo('listen'),
  act: async (ctx) => {
    const shell = ctx.use(HostShell)
    const { stderr } = await ctx.subTask('Listening…', (task) =>
      shell.run(['sh', '-c', '"$0" --version', ...shell.tool('ilorest')], { signal: ctx.signal, onLine: task.detail }),
    )
    ctx.logger.info({ stderr, err: new Error(stderr) }, stderr)
    ctx.reportSubTask(stderr)
    ctx.warn('test.indiscreet', stderr)
    if (isFirst(ctx.workflowId))
      throw new HwError({
        code: 'test.indiscreet',
        kind: 'invalid',
        message: stderr,
        hint: stderr,
        context: { stderr },
        cause: new Error(stderr, { cause: new Error(stderr) }),
      })
  },
  verify: async (ctx) => {
    const { stderr } = await ctx
      .use(HostShell)
      .run(['sh', '-c', '"$0" --version', ...ctx.use(HostShell).tool('ilorest')], { signal: ctx.signal })
    return { ok: true, output: { heard: stderr }, evidence: [ctx.evidence(stderr, { stderr }, { request: stderr })] }
  },
})

let first: string | undefined
const isFirst = (id: string) => (first ??= id) === id

test(
  'no secret comes out anywhere in a run that fails, its retry and one that is cancelled, though the host repeats every one of them',
  { timeout: 120_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hwa-redaction-'))
    const outputs = new Outputs()
    const { lab, privateKey, secrets } = await plantedLab('hpe-rl300', outputs)
    await using _lab = lab
    try {
      await using hw = await site(lab, folder, { secrets, outputs, privateKey })
      const tokens = tokensSeen(lab)
      const watching = hw.manager.onEvent((event) => outputs.add('events', event))
      const steps = standardSteps.insertAfter('bios-push', indiscreet)
      const told = defineWorkflow({ name: 'test/told', version: 1, steps })
      hw.manager.register(told, (view) => hw.provisioningCapabilities(view))
      const everything = Object.values(secrets).flat().join(' ')
      const workflow = () =>
        new ServerProvisioningWorkflow(
          { serverId: 'srv001', deviceType: 'a1.c5.told', targetIpmiIp: '192.168.1.100' },
          hw,
          told,
        )
      outputs.add('plan', await workflow().plan())

      // A run that fails, as who embeds the library meets it.
      const thrown: unknown = await workflow()
        .execute({ requestedBy: everything })
        .catch((error: unknown) => error)
      outputs.add('errors', thrown)
      expect(thrown).toMatchObject({ code: 'workflow.failed', record: { error: { code: 'test.indiscreet' } } })
      const failed = (thrown as { readonly record: { readonly id: string } }).record.id

      const retry = await hw.manager.retry(failed, { by: everything, reason: everything })
      const end = await retry.outcome()
      outputs.add('outcomes', end)
      expect([end.status, end.error]).toEqual(['COMPLETED', undefined])

      const cancelled = await hw.manager.start(workflow())
      for await (const event of cancelled.events())
        if (event.type === 'step.status' && event.step === 'bios-pull' && event.to === 'running') break
      await cancelled.cancel({ by: everything, reason: everything })
      outputs.add('outcomes', await cancelled.outcome())
      expect(cancelled.record().status).toBe('CANCELLED')

      outputs.add('checks', await hw.check())
      await askControl(hw, folder, [failed, retry.id, cancelled.id], outputs)
      await askCommandLine(folder, [failed, retry.id], outputs)
      watching()
      expect(tokens.size).toBeGreaterThan(0)
      outputs.addRequests(lab.log.entries)
      outputs.addFolder('state directory', join(folder, 'state'))
      await hw.close()
      outputs.addFolder('state directory', join(folder, 'state'))
      const wrong = await createHwAutomation({
        maas: { url: 'http://127.0.0.1:9/MAAS', apiKey: everything.replaceAll(':', '') },
        ssh: { privateKey: everything },
        env: {},
      }).catch((error: unknown) => error)
      expect(wrong).toMatchObject({ code: 'maas.invalid-config' })
      outputs.add('errors', wrong)

      expect(outputs.places).toEqual([
        'answers of the control socket',
        'argv of a process',
        'checks',
        'command line',
        'dial requests',
        'environment of a process',
        'errors',
        'events',
        'log',
        'maas requests',
        'outcomes',
        'plan',
        'redfish requests',
        'ssh requests',
        'state directory',
        'state directory: names',
        'support bundle',
      ])
      // The host did repeat them, and what it said did come through.
      for (const place of ['events', 'errors', 'log', 'outcomes', 'state directory', 'command line', 'support bundle'])
        expect(outputs.count(place, '«redacted»'), place).toBeGreaterThan(5)
      expect(outputs.leaks({ ...secrets, 'tokens of sessions': [...tokens] })).toEqual([])
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
)

test.each([
  ['Supermicro', 'supermicro-x11dpt-b', 'supermicro.told', 'sum'],
  ['Dell', 'dell-r650', 'dell.told', 'racadm'],
])(
  'nor in a run of a %s machine, by its tool and its BMC',
  { timeout: 120_000 },
  async (_, model, deviceType, tool) => {
    const folder = mkdtempSync(join(tmpdir(), 'hwa-redaction-'))
    const outputs = new Outputs()
    const { lab, privateKey, secrets } = await plantedLab(model, outputs)
    await using _lab = lab
    try {
      await using hw = await site(lab, folder, { secrets, outputs, privateKey })
      const tokens = tokensSeen(lab)
      hw.manager.onEvent((event) => outputs.add('events', event))
      const run = await hw.manager.start(
        new ServerProvisioningWorkflow({ serverId: 'srv001', deviceType, targetIpmiIp: '192.168.1.100' }, hw),
      )
      const end = await run.outcome()
      expect([end.status, end.error]).toEqual(['COMPLETED', undefined])
      expect(lab.server('srv001').machine.bmc.users.map(({ name }) => name)).toContain('ops')
      expect(tokens.size).toBeGreaterThan(0)
      outputs.add('outcomes', end)
      outputs.addRequests(lab.log.entries)
      outputs.addFolder('state directory', join(folder, 'state'))
      expect(outputs.count('argv of a process', tool)).toBeGreaterThan(0)
      expect(outputs.leaks({ ...secrets, 'tokens of sessions': [...tokens] })).toEqual([])
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
)

async function askControl(hw: HwAutomation, folder: string, runs: readonly string[], outputs: Outputs): Promise<void> {
  const place = 'answers of the control socket'
  await using control = connectControl(usualSocketPath(join(folder, 'state')), { by: 'ada' })
  outputs.add(place, [await control.status(), await control.runs(), await control.history('srv001')])
  outputs.add(place, await control.servers())
  for await (const line of control.audit({})) outputs.add(place, line)
  for (const id of runs) {
    outputs.add(place, await control.run(id))
    for await (const event of control.events(id)) outputs.add(place, event)
    const pieces: Uint8Array[] = []
    for await (const piece of control.exportRun(id)) pieces.push(piece)
    outputs.add('support bundle', gunzipSync(Buffer.concat(pieces)))
  }
  expect(hw.manager.state).toBeDefined()
}

async function askCommandLine(folder: string, runs: readonly string[], outputs: Outputs): Promise<void> {
  const commands = [['status'], ['audit', '--json'], ...runs.map((id) => ['show', id]), ['show', runs[0]!, '--json']]
  for (const command of [...commands, ['export', runs[0]!, '--output', 'bundle.tar.gz']]) {
    const { code, stdout, stderr } = await hwautomation([...command, '--state-dir', 'state'], { cwd: folder })
    expect(code, stderr).toBe(0)
    outputs.add('command line', `${stdout}\n${stderr}`)
  }
  outputs.add('support bundle', gunzipSync(readFileSync(join(folder, 'bundle.tar.gz'))))
}
