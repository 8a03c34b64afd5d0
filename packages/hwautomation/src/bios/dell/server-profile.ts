import { HwError } from '../../errors.ts'
import { printable } from '../printable.ts'

/** One attribute of a component. Values are always text; passwords come as stars. */
export interface ProfileAttribute {
  /** Without a group for the BIOS (`LogicalProc`), with one for the iDRAC (`SNMP.1#AgentEnable`). */
  readonly name: string
  readonly value: string
  /**
   * Whether an import would write it. Otherwise it is a comment in XML and `"Set On Import": "False"` in JSON: it depends on another
   * setting, would destroy something, identifies the server, or is a secret.
   */
  readonly settable: boolean
  /** The comment that only the JSON form has, e.g. `Read and Write`. */
  readonly access?: string
}

/** What one device of the server is set to. */
export interface ProfileComponent {
  /** Fully qualified device descriptor, e.g. `BIOS.Setup.1-1`. */
  readonly fqdd: string
  readonly attributes: readonly ProfileAttribute[]
  /** Storage nests its disks. */
  readonly components: readonly ProfileComponent[]
}

/** A server configuration profile (SCP): what `racadm get -t xml|json -f` exports, and `racadm set` takes back. */
export interface ServerProfile {
  /** e.g. `PowerEdge R650`. */
  readonly model: string
  readonly serviceTag: string
  /** As the iDRAC writes it, without a zone: `Wed Apr 21 22:31:24 2021`. */
  readonly timeStamp: string
  /** What the export says about itself. */
  readonly notes: readonly string[]
  readonly components: readonly ProfileComponent[]
}

/** The component of the BIOS. */
export const BIOS_FQDD = 'BIOS.Setup.1-1'

/** For a file that is none. */
export function invalidProfile(why: string, cause?: unknown): HwError {
  return new HwError({
    code: 'bios.file-invalid',
    kind: 'invalid',
    message: `The BIOS configuration file is not a server configuration profile of an iDRAC: ${printable(why)}.`,
    hint: 'Export it again; a file that was cut off while it was written or copied looks like this.',
    ...(cause === undefined ? {} : { cause }),
  })
}
