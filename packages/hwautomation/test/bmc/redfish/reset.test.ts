import { expect, test } from 'vitest'
import type { ResetOptions, ResetOutcome, ResetType } from '../../../src/bmc/redfish/reset.ts'
import { credentials, failure, json, startIlo } from './scripted-ilo.ts'
import { failureOf, rejectionOf } from '../rejection.ts'
import type { ScriptedIlo } from './scripted-ilo.ts'

const isReset = (request: { url?: string | undefined }): boolean =>
  request.url?.includes('ComputerSystem.Reset') === true

function reset(ilo: ScriptedIlo, type: ResetType, options: ResetOptions = {}): Promise<ResetOutcome> {
  return ilo.client().withSession(credentials, (bmc) => bmc.reset(type, options))
}

function resets(ilo: ScriptedIlo): number {
  return ilo.requests.filter((request) => request.includes('ComputerSystem.Reset')).length
}

/** Acknowledges a reset; what happens then is the test's. */
async function startAcknowledging(effect: (ilo: ScriptedIlo) => void = () => {}): Promise<ScriptedIlo> {
  return startIlo((request, response, ilo) => {
    if (!isReset(request)) return false
    effect(ilo)
    failure(response, 200, 'Base.1.12.Success')
    return true
  })
}

test('a power-off is done when the power is read back as off, some time after the acknowledgement', async () => {
  await using ilo = await startAcknowledging()
  ilo.onSleep = (elapsed) => {
    if (elapsed >= 10_000) ilo.system['PowerState'] = 'Off'
    else ilo.system['PowerState'] = 'PoweringOff'
  }
  expect(await reset(ilo, 'ForceOff')).toEqual({
    changed: true,
    powerState: 'Off',
    observedAt: '2026-01-01T00:00:10.000Z',
  })
  expect(resets(ilo)).toBe(1)
})

test('a system that is there already is sent nothing', async () => {
  await using ilo = await startAcknowledging()
  expect(await reset(ilo, 'On')).toMatchObject({ changed: false, powerState: 'On' })
  expect(resets(ilo)).toBe(0)
})

test('an acknowledgement without effect is noticed at the deadline, and not sent again', async () => {
  await using ilo = await startAcknowledging()
  expect(await failureOf(reset(ilo, 'ForceOff', { deadlineMs: 60_000 }))).toMatchObject({
    code: 'bmc.reset-without-effect',
    kind: 'timeout',
  })
  expect(resets(ilo)).toBe(1)
  expect(ilo.sessions.size).toBe(0)
})

test('a restart is done when the system has left its state and is on again', async () => {
  await using ilo = await startAcknowledging()
  ilo.onSleep = (elapsed) => {
    if (elapsed >= 4_000) ilo.system['Oem'] = { Hpe: { PostState: 'InPost' } }
  }
  expect(await reset(ilo, 'ForceRestart')).toEqual({
    changed: true,
    powerState: 'On',
    observedAt: '2026-01-01T00:00:04.000Z',
  })
})

test('a restart that is acknowledged and never seen to happen stays unproved', async () => {
  await using ilo = await startAcknowledging()
  expect(await failureOf(reset(ilo, 'ForceRestart', { deadlineMs: 30_000 }))).toMatchObject({
    code: 'bmc.reset-unproved',
    kind: 'unknown-outcome',
    retryable: false,
  })
  expect(resets(ilo)).toBe(1)
})

test('a restart of a system that is off is refused before anything is sent', async () => {
  await using ilo = await startAcknowledging()
  ilo.system['PowerState'] = 'Off'
  expect(await failureOf(reset(ilo, 'ForceRestart'))).toMatchObject({ code: 'bmc.reset-refused', kind: 'conflict' })
  expect(resets(ilo)).toBe(0)
})

test('a reset that the BMC does not list is refused before anything is sent', async () => {
  await using ilo = await startAcknowledging()
  const error = await failureOf(reset(ilo, 'PowerCycle'))
  expect(error).toMatchObject({
    code: 'bmc.reset-unsupported',
    context: { allowed: ['On', 'ForceOff', 'ForceRestart', 'GracefulShutdown'] },
  })
  expect(resets(ilo)).toBe(0)
})

test('the list of resets may be behind an ActionInfo', async () => {
  await using ilo = await startIlo((request, response) => {
    if (request.url !== '/redfish/v1/Systems/1/ResetActionInfo' || request.headers['x-auth-token'] === undefined)
      return false
    json(response, 200, { Parameters: [{ Name: 'ResetType', AllowableValues: ['On'] }] })
    return true
  })
  ilo.system['Actions'] = {
    '#ComputerSystem.Reset': { target: '/x', '@Redfish.ActionInfo': '/redfish/v1/Systems/1/ResetActionInfo' },
  }
  expect(await failureOf(reset(ilo, 'ForceOff'))).toMatchObject({
    code: 'bmc.reset-unsupported',
    context: { allowed: ['On'] },
  })
})

test.each([400, 409])(
  'a refusal with %i because somebody else was quicker is a success after re-reading',
  async (status) => {
    await using ilo = await startIlo((request, response, self) => {
      if (!isReset(request)) return false
      self.system['PowerState'] = 'Off'
      failure(response, status, 'iLO.2.15.InvalidOperationForSystemState')
      return true
    })
    expect(await reset(ilo, 'ForceOff')).toMatchObject({ changed: false, powerState: 'Off' })
  },
)

test('a refusal in another state is a failure with what the BMC means', async () => {
  await using ilo = await startIlo(
    (request, response) =>
      isReset(request) && (failure(response, 400, 'iLO.2.15.InvalidOperationForSystemState'), true),
  )
  const error = await failureOf(reset(ilo, 'ForceOff'))
  expect(error).toMatchObject({ code: 'bmc.busy', kind: 'busy' })
  expect(error.message).toContain('The current power state does not allow this')
})

test('an error inside a 200 is a failure', async () => {
  await using ilo = await startIlo(
    (request, response) => isReset(request) && (failure(response, 200, 'iLO.2.15.LicenseKeyRequired'), true),
  )
  expect(await failureOf(reset(ilo, 'ForceOff'))).toMatchObject({ code: 'bmc.licence', kind: 'licence' })
})

test('where the answer is lost, what is read back decides', async () => {
  for (const effect of [true, false]) {
    await using ilo = await startIlo((request, _response, self) => {
      if (!isReset(request)) return false
      if (effect) self.system['PowerState'] = 'Off'
      request.socket.destroy()
      return true
    })
    if (effect) expect(await reset(ilo, 'ForceOff')).toMatchObject({ changed: true, powerState: 'Off' })
    else
      expect(await failureOf(reset(ilo, 'ForceOff', { deadlineMs: 10_000 }))).toMatchObject({
        code: 'bmc.reply-lost',
        kind: 'lost-contact-after-effect',
      })
    expect(resets(ilo)).toBe(1)
  }
})

test('looks that fail on the way do not fail the reset', async () => {
  let looks = 0
  await using ilo = await startIlo((request, response, self) => {
    if (isReset(request)) return (failure(response, 200, 'Base.1.12.Success'), true)
    if (request.url !== '/redfish/v1/Systems/1/' || resets(self) === 0) return false
    looks += 1
    if (looks === 1) return (request.socket.destroy(), true)
    if (looks === 2) return (failure(response, 503, 'Base.1.12.ServiceTemporarilyUnavailable'), true)
    if (looks === 3) return (response.end('<html>'), true)
    self.system['PowerState'] = 'Off'
    return false
  })
  expect(await reset(ilo, 'ForceOff')).toMatchObject({ changed: true })
})

test('an abort while waiting ends with its reason and no session', async () => {
  const controller = new AbortController()
  const reason = new Error('cancelled by ada')
  await using ilo = await startAcknowledging()
  ilo.onSleep = () => controller.abort(reason)
  expect(await rejectionOf(reset(ilo, 'ForceOff', { signal: controller.signal }))).toBe(reason)
  expect(ilo.sessions.size).toBe(0)
})
