import type { ErrorKind } from '../../errors.ts'

/** What an exit code of `sum` and `saa` means. */
export interface ExitCode {
  readonly meaning: string
  readonly kind: ErrorKind | 'ok'
  readonly hint: string
}

const RUN_BY_HAND = 'Run the command by hand on the machine and read its message.'
const OURS =
  'This is a defect of hwautomation or of a version of the tool that it does not know; report it with the exported run.'
const LATER = 'It is tried again.'
const DRIVER =
  'In-band access needs root and, where the BIOS has no interface of its own for it, Supermicro’s kernel driver `sum_bios.ko` beside the tool, built for the running kernel; with Secure Boot on, the kernel refuses it.'
const OTHER_WAY =
  'This board cannot be served in-band by this tool: describe `saa` (the successor of `sum`) for it, which boards from X12 and H12 on may need, or use the Redfish host interface by hand.'
/** What to do where a licence is missing. */
export const ACTIVATE =
  'Activate a licence on the machine (`sum -c ActivateProductKey`): SFT-OOB-LIC or SFT-DCMS-SINGLE, as the message says.'
const IN_BAND_ONLY = 'It is meant for use over the network, which hwautomation does not make.'

/**
 * Exit codes from the tool's own list (`return_codes.md` of metal-toolbox/ironlib); meanings are those of the list. Kinds
 * and hints are ours.
 */
export const sumExitCodes: ReadonlyMap<number, ExitCode> = new Map<number, ExitCode>([
  [0, { meaning: 'done', kind: 'ok', hint: '' }],
  ...same([1, 2, 3, 5, 7, 11], { meaning: 'the command line is wrong', kind: 'internal', hint: OURS }),
  [4, { meaning: 'it wants an address and credentials', kind: 'invalid', hint: OTHER_WAY }],
  [6, { meaning: 'it does not know the command', kind: 'invalid', hint: 'Describe a newer version of the tool.' }],
  [
    8,
    {
      meaning: 'it cannot open the file',
      kind: 'transient',
      hint: 'The upload is gone, as after a reboot; it is tried again.',
    },
  ],
  [9, { meaning: 'the file exists already', kind: 'internal', hint: OURS }],
  [10, { meaning: 'the host is unknown', kind: 'invalid', hint: IN_BAND_ONLY }],
  [
    12,
    {
      meaning: 'access to the function is denied',
      kind: 'invalid',
      hint: 'Check that `sudo -n` gives root on the machine.',
    },
  ],
  [
    31,
    {
      meaning: 'a file cannot be read or written',
      kind: 'transient',
      hint: 'Look at free space on the host’s RAM disk.',
    },
  ],
  ...same([32, 33, 34, 35], { meaning: 'the operating system failed it', kind: 'transient', hint: LATER }),
  [36, { meaning: 'a device that it needs is missing', kind: 'invalid', hint: OTHER_WAY }],
  [37, { meaning: 'a device that it needs does not work', kind: 'invalid', hint: OTHER_WAY }],
  [38, { meaning: 'the board does not support the function', kind: 'invalid', hint: OTHER_WAY }],
  [
    60,
    {
      meaning: 'the BIOS configuration file does not fit',
      kind: 'invalid',
      hint: 'A setting in it does not exist on this board, or works only while another one has another value (`WorkIf` in the exported file): compare the template with `bios-before`.',
    },
  ],
  [61, { meaning: 'an internal error of the tool', kind: 'transient', hint: RUN_BY_HAND }],
  ...same([62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74, 75], {
    meaning: 'a file that it was given is invalid',
    kind: 'internal',
    hint: OURS,
  }),
  [80, { meaning: 'the node product key is not activated', kind: 'licence', hint: ACTIVATE }],
  [81, { meaning: 'its parts cannot talk to each other', kind: 'transient', hint: LATER }],
  [
    82,
    {
      meaning: 'the file is of another board',
      kind: 'invalid',
      hint: 'The machine’s board is not the one the file was made for. Read its BIOS again.',
    },
  ],
  ...same([83, 84, 85], {
    meaning: 'the board does not offer it over the network',
    kind: 'invalid',
    hint: IN_BAND_ONLY,
  }),
  [
    86,
    {
      meaning: 'a program that it needs is missing on the host',
      kind: 'invalid',
      hint: 'Describe everything that comes with the tool in `tools.<name>.files`.',
    },
  ],
  [87, { meaning: 'the BMC answered with an IPMI error', kind: 'transient', hint: LATER }],
  [100, { meaning: 'its driver cannot be opened', kind: 'invalid', hint: DRIVER }],
  [101, { meaning: 'its driver refused a call', kind: 'invalid', hint: DRIVER }],
  [102, { meaning: 'a command of its driver failed', kind: 'transient', hint: DRIVER }],
  [103, { meaning: 'the BIOS has no in-band commands', kind: 'invalid', hint: OTHER_WAY }],
  [104, { meaning: 'a size is out of range', kind: 'internal', hint: OURS }],
  [105, { meaning: 'its driver cannot be loaded', kind: 'invalid', hint: DRIVER }],
  [
    106,
    {
      meaning: 'its driver is busy',
      kind: 'busy',
      hint: 'Another copy of the tool runs on the machine; it is tried again.',
    },
  ],
  [
    107,
    {
      meaning: 'the flash chip is in use',
      kind: 'busy',
      hint: 'Another program uses the BIOS flash; it is tried again.',
    },
  ],
  [108, { meaning: 'the kernel does not accept its driver', kind: 'invalid', hint: DRIVER }],
  [
    127,
    {
      meaning: 'there is no such program',
      kind: 'invalid',
      hint: 'Correct `tools.<name>.command` in the configuration.',
    },
  ],
  ...same([144, 148, 149], { meaning: 'talking to the BMC failed', kind: 'transient', hint: LATER }),
  [145, { meaning: 'the BMC does not answer', kind: 'transient', hint: LATER }],
  [146, { meaning: 'the BMC refused user and password', kind: 'auth', hint: OTHER_WAY }],
  [147, { meaning: 'the BMC refused a parameter', kind: 'invalid', hint: RUN_BY_HAND }],
  [153, { meaning: 'the BMC does not support the function', kind: 'invalid', hint: OTHER_WAY }],
])

/** For codes that are in no list. */
export const unknownExitCode: ExitCode = { meaning: 'an unknown exit code', kind: 'transient', hint: RUN_BY_HAND }

function same(codes: readonly number[], meaning: ExitCode): [number, ExitCode][] {
  return codes.map((code) => [code, meaning])
}
