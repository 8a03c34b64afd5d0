import { type ClockMode, createLab, type Lab, type Machine } from '@hwautomation/testkit'
import { dialThrough } from '../../src/dial.ts'
import { publicKeyOf } from '../../src/ssh/public-key.ts'
import { SshSession, type SshSessionOptions } from '../../src/ssh/ssh-session.ts'

/** A lab whose machines run an ephemeral OS with the lab's key in it, and what a session to them takes. */
export async function bootedLab(hostnames: readonly string[] = ['srv001'], clock: ClockMode = 'auto') {
  const lab = await createLab({ servers: hostnames.map((hostname) => ({ hostname })), clock })
  const { privateKey, username } = lab.connection().ssh
  const { type, blob } = publicKeyOf(privateKey)
  const machines = hostnames.map((hostname) => lab.world.machine(hostname))
  for (const machine of machines) {
    machine.bootPlanner = () => ({ os: 'ephemeral', authorizedKeys: [`${type} ${blob}`] })
    machine.powerOn()
  }
  for (const machine of machines) await untilUp(lab, machine)
  const login = { username, privateKey, dial: dialThrough(lab.connection().dial) }
  return {
    lab,
    machine: lab.world.machine(hostnames[0] ?? ''),
    login,
    open: (more: Partial<SshSessionOptions> = {}, hostname = hostnames[0] ?? '') =>
      SshSession.open({ ...login, host: addressOf(lab.world.machine(hostname)), ...more }),
  }
}

export async function untilUp(lab: Lab, machine: Machine): Promise<void> {
  while (machine.phase !== 'up') await (lab.clock.mode === 'stepped' ? lab.clock.advance(1000) : lab.clock.sleep(1000))
}

/** Where its OS answers now. */
export function addressOf(machine: Machine): string {
  if (machine.boot === undefined) throw new Error(`${machine.hostname} is not up`)
  return machine.boot.address
}
