import { HwError } from '../../errors.ts'
import type { ErrorKind } from '../../errors.ts'
import { printable } from '../printable.ts'

/** What a return code of iLOrest means. */
export interface ReturnCode {
  readonly meaning: string
  /** `ok` and `nothing-to-do` are no failures. */
  readonly kind: ErrorKind | 'ok' | 'nothing-to-do'
  readonly hint: string
  /** Versions that use the code; both when absent. */
  readonly versions?: '3.6' | '7.x'
}

const RUN_BY_HAND = 'Run the command by hand on the machine and read its message.'
const OURS =
  'This is a defect of hwautomation or of an iLOrest version it does not know; report it with the exported run.'
const CREDENTIALS = 'Check the iLO user and password; they are not tried again.'
const LATER = 'iLO is busy or still starting; it is tried again.'
const CHIF =
  'Install the iLOrest package for this architecture with its CHIF library, load the `hpilo` kernel module, and run it as root.'

/**
 * Return codes (iLOrest 7.2, `rdmc_helper.ReturnCodes`). Assumed the same in 3.6, except 46, 47, 142 and 149, which are
 * marked: the lists of the two versions were not compared number by number.
 * The message of the same failure differs much between the versions, and 7.x prints none for many: rely on the code.
 */
export const ilorestReturnCodes: ReadonlyMap<number, ReturnCode> = new Map<number, ReturnCode>([
  [0, { meaning: 'done', kind: 'ok', hint: '' }],
  [
    1,
    {
      meaning: 'its configuration file is invalid',
      kind: 'invalid',
      hint: 'Remove or correct /etc/ilorest/redfish.conf on the machine.',
    },
  ],
  [
    2,
    { meaning: 'the command is disabled there', kind: 'invalid', hint: 'Enable it in the configuration of iLOrest.' },
  ],
  [3, { meaning: 'the command line is wrong', kind: 'internal', hint: OURS }],
  [4, { meaning: 'the file has a wrong format', kind: 'internal', hint: OURS }],
  [
    5,
    {
      meaning: 'it does not run as root',
      kind: 'invalid',
      hint: 'Local access to iLO needs root: check `sudo -n` on the machine.',
    },
  ],
  [
    6,
    {
      meaning: 'there is no such content',
      kind: 'invalid',
      hint: 'The attribute or resource does not exist on this machine.',
    },
  ],
  [
    7,
    {
      meaning: 'the file is missing',
      kind: 'transient',
      hint: 'The upload is gone, as after a reboot; it is tried again.',
    },
  ],
  [8, { meaning: 'nothing differs from what is set', kind: 'nothing-to-do', hint: '' }],
  [9, { meaning: 'there is no valid information', kind: 'transient', hint: LATER }],
  [10, { meaning: 'the command is used wrongly', kind: 'internal', hint: OURS }],
  [11, { meaning: 'the command is used wrongly', kind: 'internal', hint: OURS }],
  [12, { meaning: 'the command is used wrongly', kind: 'internal', hint: OURS }],
  [
    13,
    {
      meaning: 'it does not know the command',
      kind: 'invalid',
      hint: 'Install an iLOrest version that has the command.',
    },
  ],
  [
    21,
    {
      meaning: 'it is not logged in',
      kind: 'transient',
      hint: 'The session is gone; it is tried again with a new one.',
    },
  ],
  [22, { meaning: 'it is logged in already', kind: 'ok', hint: '' }],
  [23, { meaning: 'there is no such instance', kind: 'invalid', hint: RUN_BY_HAND }],
  [
    24,
    {
      meaning: 'no resource is selected',
      kind: 'transient',
      hint: 'The session is gone; it is tried again with a new one.',
    },
  ],
  [25, { meaning: 'the filter is wrong', kind: 'internal', hint: OURS }],
  [26, { meaning: 'the setting was not taken', kind: 'invalid', hint: RUN_BY_HAND }],
  [
    27,
    {
      meaning: 'the selection fits nothing',
      kind: 'invalid',
      hint: 'The machine shows no BIOS resource; look at `ilorest types`.',
    },
  ],
  [
    28,
    {
      meaning: 'a setting does not pass validation',
      kind: 'invalid',
      hint: 'Compare the template with the BIOS attribute registry of the machine.',
    },
  ],
  [
    29,
    {
      meaning: 'the user lacks the privilege',
      kind: 'auth',
      hint: 'Give the iLO user the privilege to configure BIOS settings.',
    },
  ],
  [30, { meaning: 'the session has expired', kind: 'transient', hint: 'It is tried again with a new session.' }],
  [
    31,
    {
      meaning: 'iLO does not answer',
      kind: 'transient',
      hint: 'iLO is out of reach or restarting; it is tried again.',
    },
  ],
  [32, { meaning: 'user or password is wrong', kind: 'auth', hint: CREDENTIALS }],
  [33, { meaning: 'iLO is down', kind: 'transient', hint: LATER }],
  [34, { meaning: 'there is no iLO driver', kind: 'invalid', hint: CHIF }],
  [35, { meaning: 'there is no CHIF library', kind: 'invalid', hint: CHIF }],
  [36, { meaning: 'an internal store of iLO failed', kind: 'transient', hint: LATER }],
  [37, { meaning: 'an internal store of iLO failed', kind: 'transient', hint: LATER }],
  [38, { meaning: 'an internal store of iLO failed', kind: 'transient', hint: LATER }],
  [39, { meaning: 'an internal store of iLO failed', kind: 'transient', hint: LATER }],
  [
    40,
    {
      meaning: 'the setting has this value already, is read-only, or does not exist',
      kind: 'nothing-to-do',
      hint: 'Only reading it back tells which.',
    },
  ],
  [
    41,
    {
      meaning: 'the firmware update failed',
      kind: 'unknown-outcome',
      hint: 'Read the firmware version back before anything else.',
    },
  ],
  [42, { meaning: 'the boot order is wrong', kind: 'invalid', hint: RUN_BY_HAND }],
  [44, { meaning: 'there is no session', kind: 'transient', hint: 'It is tried again with a new session.' }],
  [
    45,
    {
      meaning: 'some settings could not be written',
      kind: 'invalid',
      hint: 'Look at `ilorest status` for those that were not.',
    },
  ],
  [
    46,
    {
      meaning: 'user and password are needed',
      kind: 'auth',
      hint: 'This iLO does not allow local access without credentials: switch host authentication off, or take it out of high security.',
      versions: '7.x',
    },
  ],
  [
    47,
    {
      meaning: 'the virtual NIC of iLO is off',
      kind: 'invalid',
      hint: 'Switch the virtual NIC of iLO on, or use `--use_chif`.',
      versions: '7.x',
    },
  ],
  [
    53,
    {
      meaning: 'settings were skipped',
      kind: 'invalid',
      hint: 'The template names settings that this machine does not have or does not let change.',
    },
  ],
  [54, { meaning: 'this iLO version cannot do it', kind: 'invalid', hint: 'Update iLO.' }],
  [58, { meaning: 'this server type cannot do it', kind: 'invalid', hint: RUN_BY_HAND }],
  [59, { meaning: 'iLO lacks a licence', kind: 'licence', hint: 'Install an iLO licence that includes it.' }],
  [60, { meaning: 'it exists already', kind: 'conflict', hint: RUN_BY_HAND }],
  [
    61,
    {
      meaning: 'the settings were changed in between',
      kind: 'conflict',
      hint: 'Somebody else changed the BIOS settings; read them again.',
    },
  ],
  [
    62,
    {
      meaning: 'the path does not exist',
      kind: 'invalid',
      hint: 'This machine has no such resource; its ROM or iLO may be too old.',
    },
  ],
  [63, { meaning: 'iLO answered with an error', kind: 'transient', hint: LATER }],
  ...range(64, 74).map((code): [number, ReturnCode] => [
    code,
    { meaning: 'the local connection to iLO failed', kind: 'transient', hint: CHIF },
  ]),
  [
    75,
    {
      meaning: 'the security state of iLO wants credentials',
      kind: 'auth',
      hint: 'Switch host authentication off on the iLO (Security > Access Settings), or take it out of high security: local access has no credentials to give.',
    },
  ],
  [76, { meaning: 'the local connection to iLO failed', kind: 'transient', hint: CHIF }],
  [77, { meaning: 'the local connection to iLO failed', kind: 'transient', hint: CHIF }],
  ...range(80, 84).map((code): [number, ReturnCode] => [
    code,
    { meaning: 'iLO refused the resource', kind: 'invalid', hint: RUN_BY_HAND },
  ]),
  [85, { meaning: 'the resource is not ready yet', kind: 'busy', hint: LATER }],
  [86, { meaning: 'iLO refused the resource', kind: 'invalid', hint: RUN_BY_HAND }],
  [
    100,
    {
      meaning: 'the BIOS has not reported to iLO yet',
      kind: 'busy',
      hint: 'Wait for the end of POST (`ilorest serverstate`: FinishedPost).',
    },
  ],
  [101, { meaning: 'the download failed', kind: 'transient', hint: RUN_BY_HAND }],
  [102, { meaning: 'the update service is busy', kind: 'busy', hint: LATER }],
  [103, { meaning: 'the upload failed', kind: 'transient', hint: LATER }],
  [
    104,
    {
      meaning: 'the task queue of iLO stands in the way',
      kind: 'conflict',
      hint: 'Look at `ilorest taskqueue`: a failed task stalls all behind it.',
    },
  ],
  [105, { meaning: 'iLO is still discovering devices', kind: 'busy', hint: LATER }],
  [106, { meaning: 'the install set failed', kind: 'invalid', hint: RUN_BY_HAND }],
  [
    107,
    {
      meaning: 'the update fits no device of this machine',
      kind: 'invalid',
      hint: 'Choose the firmware for this model.',
    },
  ],
  [108, { meaning: 'this component cannot be flashed this way', kind: 'invalid', hint: RUN_BY_HAND }],
  [
    142,
    {
      meaning: 'an application account is needed',
      kind: 'auth',
      hint: 'iLO 7 wants credentials or an application account.',
      versions: '7.x',
    },
  ],
  [
    149,
    {
      meaning: 'an application account is needed',
      kind: 'auth',
      hint: 'iLO 7 wants credentials or an application account.',
      versions: '7.x',
    },
  ],
  [255, { meaning: 'a general error', kind: 'transient', hint: RUN_BY_HAND }],
])

/** What one run of iLOrest ended with. */
export interface IlorestExit {
  /** e.g. `load`: the verb only, never the arguments, which may hold credentials. */
  readonly verb: string
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/**
 * The error for an exit code; undefined for success and for "nothing to do" (8, 40). Neither is proof: what counts is
 * what the machine shows after the next POST.
 */
export function ilorestError({ verb, code, stdout, stderr }: IlorestExit): HwError | undefined {
  const known = ilorestReturnCodes.get(code)
  if (known?.kind === 'ok' || known?.kind === 'nothing-to-do') return undefined
  const said = lastWords(stderr) ?? lastWords(stdout)
  const meaning = known?.meaning ?? 'an unknown return code'
  return new HwError({
    code: 'bios.tool-failed',
    kind: known?.kind ?? 'transient',
    message: `ilorest ${verb} ended with ${code}: ${meaning}${said === undefined ? '' : ` (${said})`}`,
    hint: known?.hint ?? RUN_BY_HAND,
    context: { tool: 'ilorest', verb, exitCode: code, ...(said === undefined ? {} : { said }) },
  })
}

/** The last line that says something: `Error: …` (all versions), `ERROR\t: …` (3.6), or plain text. */
function lastWords(output: string): string | undefined {
  const lines = output
    .slice(-4096)
    .split(/\r?\n/)
    .map((line) => line.trim())
  const line =
    lines.findLast((text) => /^error\s*:/i.test(text)) ??
    lines.findLast((text) => /\p{L}/u.test(text) && !/^iLORest return code/i.test(text))
  return line === undefined ? undefined : printable(line.replace(/^error\s*:\s*/i, ''), 300)
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}
