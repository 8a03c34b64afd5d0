import { HwError } from '../../errors.ts'
import type { ErrorKind } from '../../errors.ts'
import { printable } from '../printable.ts'
import { racadmLines } from './racadm-output.ts'

/** What one call of racadm ended with. */
export interface RacadmExit {
  /** e.g. `jobqueue create`: verb and object only, never a value. */
  readonly call: string
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

interface Meaning {
  /** A code of Dell's message registry (EEMI), or words where no code was seen. */
  readonly says: RegExp
  readonly kind: ErrorKind
  readonly hint: string
  /** Default `bios.tool-failed`. */
  readonly code?: string
}

const OURS = 'This is a defect of hwautomation or of a racadm it does not know; report it with the exported run.'

/**
 * What racadm's refusals mean. Codes and words: Dell's Event and Error Message Reference (LIC501, SYS406 …), the standard messages of the
 * DCIM BIOS and RAID profile (BIOS001 to BIOS025), captures (RAC947), and the sentences that iDRAC's other interfaces have for the same.
 * The first that fits counts.
 */
const MEANINGS: readonly Meaning[] = [
  {
    says: /lockdown|\b(?:SYS406|RAC1176|RAC1177)\b/i,
    kind: 'conflict',
    hint: 'The server is in system lockdown mode: switch it off in the iDRAC (iDRAC.Lockdown.SystemLockdown), and on again afterwards.',
  },
  {
    says: /already committed|job (?:is )?already (?:created|exists|running|scheduled)|\b(?:SYS011|RAC0?679|BIOS006|BIOS007|LC068)\b/i,
    kind: 'busy',
    code: 'bios.job-pending',
    hint: 'A BIOS job waits for the next boot or runs: look at `racadm jobqueue view`; let it run by a reboot, or delete it if it is not wanted.',
  },
  {
    says: /no pending data|\bBIOS008\b/i,
    kind: 'transient',
    code: 'bios.not-staged',
    hint: 'What was set is not pending: somebody deleted a job or discarded the pending values meanwhile.',
  },
  {
    says: /import configuration|export.*(?:already )?running|System Services (?:is|are) currently in use|\b(?:LC062|SYS431|BIOS009)\b/i,
    kind: 'busy',
    hint: 'Another import, export or update is at work in the iDRAC: look at `racadm jobqueue view`.',
  },
  {
    says: /System Services (?:is|are) disabled|Lifecycle Controller is (?:disabled|not enabled)|\bBIOS010\b/i,
    kind: 'conflict',
    hint: 'Enable the Lifecycle Controller (System Services) in the iDRAC settings of the setup: without it no BIOS job runs.',
  },
  {
    says: /licen[cs]e|\bLIC\d{3}\b/i,
    kind: 'licence',
    hint: 'Import the iDRAC licence that the message names (Express is enough for BIOS settings).',
  },
  {
    says: /Local RACADM is disabled|configuration using RACADM.*disabled|LocalSecurity/i,
    kind: 'auth',
    hint: 'The iDRAC forbids local changes: set iDRAC.LocalSecurity.LocalConfig to Enabled over the network.',
  },
  {
    says: /setup password|password authentication failed|\bBIOS024\b/i,
    kind: 'auth',
    hint: 'A BIOS setup password guards the settings: remove it for the run, or change the settings by hand.',
  },
  {
    says: /privilege|permission denied|not.*root|\bRAC0?720\b/i,
    kind: 'auth',
    hint: 'Local racadm works as root only: check `sudo -n` on the machine.',
  },
  {
    says: /\b(?:RAC947|RAC927|SYS42[456]|BIOS014)\b|Invalid (?:object|attribute) ?value/i,
    kind: 'invalid',
    hint: 'Correct the value in the template: letter case counts, and `racadm help BIOS.<Group>.<Name>` lists what is allowed.',
  },
  {
    says: /read[ -]?only|depend|\b(?:SYS427|SYS41[04]|SYS444|BIOS01[56]|RAC921)\b/i,
    kind: 'invalid',
    hint: 'Another setting locks it (mostly SysProfile other than Custom, or BootMode): set that one too, or take it out of the template.',
  },
  {
    says: /Invalid object|Invalid attribute ?name|\b(?:RAC917|SYS429|BIOS013)\b/i,
    kind: 'invalid',
    hint: 'This board has no such setting: correct its name, or take it out of the template.',
  },
  {
    says: /Invalid (?:syntax|subcommand|option|reboot type|start time|expiration time)/i,
    kind: 'internal',
    hint: OURS,
  },
  {
    says: /No space left|cannot (?:open|write|create).*file|Unable to (?:open|write|create).*file/i,
    kind: 'transient',
    hint: 'Look at free space on the host’s RAM disk.',
  },
]

/** Without a reason that is known: local calls fail now and then and work a moment later (cybozu-go/setup-hw tries five times). */
const UNKNOWN: Omit<Meaning, 'says'> = {
  kind: 'transient',
  hint: 'Run the command by hand on the machine; if it never works, load the IPMI drivers (`modprobe ipmi_devintf ipmi_si`), or reset the iDRAC.',
}

/**
 * The error of a call; undefined for one that succeeded, which proves nothing yet. Exit codes other than 0 are not documented, and an
 * `ERROR:` line counts whatever the code: on which stream it comes differs.
 */
export function racadmError({ call, code, stdout, stderr }: RacadmExit): HwError | undefined {
  const lines = racadmLines(`${stderr}\n${stdout}`)
  const errors = lines.filter((line) => /^ERROR\s*:/i.test(line))
  if (code === 0 && errors.length === 0) return undefined
  // A setting that was read before it failed says nothing of the failure, whatever it is called (`AvxIccpPreGrantLicense`).
  const last = lines.findLast((line) => !/^(?:#|!!)?\w+=|^\[Key=/.test(line))
  const said = (wrapped(lines, errors[0]) ?? last)?.slice(0, LONGEST)
  const meaning: Omit<Meaning, 'says'> = MEANINGS.find(({ says }) => says.test(said ?? '')) ?? UNKNOWN
  const shown = said === undefined ? undefined : printable(said, 300)
  return new HwError({
    code: meaning.code ?? 'bios.tool-failed',
    kind: meaning.kind,
    message: `racadm ${printable(call)} ended with ${code}${shown === undefined ? ' and said nothing' : `: ${shown}`}`,
    hint: meaning.hint,
    context: { tool: 'racadm', call, exitCode: code, ...(shown === undefined ? {} : { said: shown }) },
  })
}

/** More than its longest sentence: what stands behind it is not looked at. */
const LONGEST = 2000

/** Long sentences are broken, and go on with blanks before them. */
function wrapped(lines: readonly string[], first: string | undefined): string | undefined {
  if (first === undefined) return undefined
  const from = lines.indexOf(first) + 1
  const end = lines.slice(from).findIndex((line) => !/^\s/.test(line))
  const more = lines.slice(from, end < 0 ? undefined : from + end)
  return [first.replace(/^ERROR\s*:\s*/i, ''), ...more.map((line) => line.trim())].join(' ')
}
