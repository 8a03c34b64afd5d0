import type { Call } from './call.ts'
import { SumError } from './exit.ts'

const SECURE_BOOT = 'Security > SMC Secure Boot Configuration > Secure Boot'

/** A get command does not write over a file without being told to. */
export function requireNoFile({ process, values, flags }: Call, isRead: boolean): void {
  const file = values.get('--file')
  if (isRead || file === undefined || flags.has('--overwrite') || !process.host.fs.exists(file, process)) return
  throw new SumError(9, [`File already exists: ${file}`])
}

/**
 * The way to the board: its driver needs root and a kernel that takes unsigned modules, and the board must be one that the tool
 * knows. The ephemeral host has no way into the BMC network, so that an address is never reached. Assumed: 36 on a board that is no
 * Supermicro, 38 on one of a generation that the tool does not serve or without a Redfish host interface (before X12).
 */
export function requireAccess({ process, values, personality }: Call): void {
  const { machine } = process.host
  if (values.has('-i') || values.has('-l')) {
    if (values.has('-i') && (!values.has('-u') || !(values.has('-p') || values.has('-f'))))
      throw new SumError(4, ['Host IP, user name and password are required.'])
    throw new SumError(
      145,
      ['Can not connect to the BMC.'],
      ['Please check the network connection and the BMC address.'],
    )
  }
  if (process.uid !== 0) throw new SumError(100, ['Can not open driver.'], ['Please run with root privilege.'])
  if (machine.model.vendor !== 'Supermicro') throw new SumError(36, ['Can not find a supported BIOS or BMC.'])
  if (machine.bios.current.get(SECURE_BOOT) === 'Enabled')
    throw new SumError(108, ['The kernel does not load the driver: its signature is not accepted.'])
  if (!personality.serves(machine.model.biosFamily))
    throw new SumError(38, ['The managed system is not supported by this version.'])
  if (values.has('-I')) requireHostInterface({ values }, machine)
}

/** In-band 80 (go-hal#3), through Redfish 149 and 403 (Dasharo#327). */
export function requireLicence({ process, values }: Call): void {
  const { licences } = process.host.machine.bmc
  if (licences.length > 0) return
  if (values.has('-I'))
    throw new SumError(
      149,
      [
        'Failed to send http GET.',
        'HTTP code: 403 (Forbidden)',
        '1. Not licensed to perform this request. The following licenses DCMS were needed',
      ],
      ['1. Please activate at least one license in above message.'],
    )
  throw new SumError(80, [
    'One of the node product key (OOB, SUM or DCMS) should be activated to execute this task.',
    'DCMS node product key is not activated.',
    'SUM node product key is not activated.',
    'OOB node product key is not activated.',
  ])
}

function requireHostInterface({ values }: Pick<Call, 'values'>, machine: Call['process']['host']['machine']): void {
  if (values.get('-I') !== 'Redfish_HI' || machine.model.biosFamily === 'X11')
    throw new SumError(38, ['The interface is not supported by the managed system.'])
  const user = machine.bmc.users.find(({ name, enabled }) => enabled && name === values.get('-u'))
  if (user === undefined || user.password !== values.get('-p')) throw new SumError(146, ['Failed to log in.'])
}
