import { type Call, padded, RacadmError, racTime } from './call.ts'

const field = (label: string, value: string): string => `${label.padEnd(24)}= ${value}\n`

/** `getsysinfo`: blocks of `key = value` (captured with several servers). While the iDRAC starts, all values are empty. */
export function getsysinfo({ machine, io, process }: Call): number {
  const { model, bmc, serial, power } = machine
  const { network } = bmc
  const there = (value: string): string => (bmc.reachable ? value : '')
  const dhcp = network.source === 'DHCP' ? '1' : '0'
  io.out('\nRAC Information:\n')
  io.out(field('RAC Date/Time', there(racTime(process.host.clock.now()).replace(',', ''))))
  io.out(field('Firmware Version', there(bmc.firmwareVersion)))
  io.out(field('Firmware Build', there('01')))
  io.out(field('Last Firmware Update', ''))
  io.out(field('Hardware Version', there('0.01')))
  io.out(field('MAC Address', there(network.mac)))
  io.out('\nCommon settings:\n')
  io.out(field('Register DNS RAC Name', there('0')))
  io.out(field('DNS RAC Name', there(bmc.hostName)))
  io.out(field('Current DNS Domain', ''))
  io.out(field('Domain Name from DHCP', there(dhcp)))
  io.out('\nIPv4 settings:\n')
  io.out(field('Enabled', there('1')))
  io.out(field('Current IP Address', there(network.address)))
  io.out(field('Current IP Gateway', there(network.gateway)))
  io.out(field('Current IP Netmask', there(network.netmask)))
  io.out(field('DHCP Enabled', there(dhcp)))
  io.out('\nSystem Information:\n')
  io.out(field('System Model', there(model.product)))
  io.out(field('System Revision', there('I')))
  io.out(field('System BIOS Version', there(model.biosVersion)))
  io.out(field('Service Tag', there(serial)))
  io.out(field('Express Svc Code', there(String(Number.parseInt(serial, 36)))))
  io.out(field('Host Name', ''))
  io.out(field('OS Name', ''))
  io.out(field('Power Status', there(power.toUpperCase())))
  io.out('\nEmbedded NIC MAC Addresses:\n')
  for (const [index, { mac }] of machine.nics.entries())
    io.out(field(`NIC.Embedded.${index + 1}-1-1`, there(`Ethernet                = ${mac}`)))
  return 0
}

/** `getsvctag`: the service tag and nothing else. */
export function getsvctag({ machine, io }: Call): number {
  io.out(`${machine.serial}\n`)
  return 0
}

/** `getversion` (layout assumed). */
export function getversion({ machine, io }: Call): number {
  const row = (label: string, value: string): string => ` ${label.padEnd(32)} = ${value}\n\n`
  io.out(row('Bios Version', machine.model.biosVersion))
  io.out(row('iDRAC Version', machine.bmc.firmwareVersion))
  io.out(row('Lifecycle Controller Version', machine.bmc.firmwareVersion))
  return 0
}

/** `swinventory`: five lines a component, one of its versions at a time (captured by RackHD/on-tasks). */
export function swinventory({ machine, io }: Call): number {
  const { model, bmc } = machine
  const record = (type: string, element: string, fqdd: string, version: string): string =>
    `ComponentType = ${type}\nElementName = ${element}\nFQDD = ${fqdd}\nInstallationDate = NA\nCurrent Version = ${version}\n${'-'.repeat(67)}\n`
  io.out(padded('-------------------------SOFTWARE INVENTORY------------------------'))
  io.out(record('BIOS', 'BIOS', 'BIOS.Setup.1-1', model.biosVersion))
  io.out(record('FIRMWARE', 'Integrated Dell Remote Access Controller', 'iDRAC.Embedded.1-1', bmc.firmwareVersion))
  return 0
}

/** `lclog view`: one entry a job that has ended. Its layout is assumed, no capture was found. */
export function lclog({ operands, jobs, io }: Call): number {
  if (operands[0] !== 'view') throw new RacadmError('Invalid syntax. Run "racadm help lclog" for usage.')
  const ended = jobs.all.filter(({ completedAt }) => completedAt !== undefined)
  for (const [index, job] of ended.entries()) {
    io.out(
      `SeqNumber       = ${index + 1}\nMessage ID      = ${job.message.id}\nCategory        = Configuration\nSeverity        = ${job.status === 'Failed' ? 'Critical' : 'Informational'}\nTimestamp       = ${new Date(job.completedAt ?? 0).toISOString().slice(0, 19).replace('T', ' ')}\nMessage         = ${job.message.text} (${job.id})\n${'-'.repeat(87)}\n`,
    )
  }
  return 0
}

/** `serveraction powerstatus|powerdown|powerup|powercycle|hardreset|graceshutdown`. Whoever asks in-band is running. */
export function serveraction({ operands, machine, io }: Call): number {
  const [action = '', ...rest] = operands
  const does: Readonly<Record<string, () => void>> = {
    powerdown: () => machine.powerOff(),
    powercycle: () => machine.powerCycle(),
    hardreset: () => machine.reboot(),
    graceshutdown: () => machine.shutDown(),
  }
  if (rest.length > 0) throw new RacadmError('Invalid syntax. Run "racadm help serveraction" for usage.')
  if (action === 'powerstatus') io.out(`Server power status: ${machine.power.toUpperCase()}\n`)
  else if (action === 'powerup') throw new RacadmError('Server is already powered ON.')
  else {
    const act = does[action]
    if (act === undefined) throw new RacadmError('Invalid action specified. Run "racadm help serveraction" for usage.')
    io.out(padded('Server power operation initiated successfully'))
    io.effect(act)
  }
  return 0
}

/** `racreset [soft|hard]`: two sentences (captured by metal-toolbox/bmclib), and the iDRAC is gone for a while. */
export function racreset({ operands, machine, io }: Call): number {
  const [how = 'soft', ...rest] = operands
  if (rest.length > 0 || (how !== 'soft' && how !== 'hard'))
    throw new RacadmError('Invalid syntax. Run "racadm help racreset" for usage.')
  io.out('RAC reset operation initiated successfully. It may take a few\nminutes for the RAC to come online again.\n')
  io.effect(() => machine.resetBmc())
  return 0
}
