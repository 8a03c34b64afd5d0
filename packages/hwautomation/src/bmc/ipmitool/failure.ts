import { HwError } from '../../errors.ts'
import type { HwErrorInit } from '../../errors.ts'

/** How a call of ipmitool ended. `exitCode` is null when the connection to the host was lost. */
export interface IpmitoolResult {
  readonly argv: readonly string[]
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

/**
 * The failure a call of ipmitool reported, or undefined when it went well. Its exit codes are only 0 and 1 and some
 * errors come with 0, so the texts are read too (ipmitool 1.8.19, lib/ipmi_lanp.c, src/plugins/open/open.c, lib/ipmi_strings.c).
 *
 * Codes: `bmc.no-ipmi-device`, `bmc.no-lan-channel`, `bmc.write-not-confirmed`, `bmc.busy`, `bmc.privilege`,
 * `bmc.unsupported`, `bmc.unreachable`, `bmc.tool-missing`, `bmc.lost-contact`, `bmc.tool-failed`.
 */
export function ipmitoolFailure(result: IpmitoolResult): HwError | undefined {
  // Only stderr: `lan print` itself says "Set in Progress" on stdout.
  const known = FAILURES.find(({ text }) => text.test(result.stderr))
  if (known) return failure(result, known)
  if (result.exitCode === 0) return undefined
  return failure(result, result.exitCode === null ? CONTACT_LOST : result.exitCode === 127 ? TOOL_MISSING : UNEXPLAINED)
}

type Failure = Pick<HwErrorInit, 'code' | 'kind' | 'message' | 'hint'> & {
  readonly text?: RegExp
  readonly retryable?: boolean
}

const FAILURES: readonly (Failure & { readonly text: RegExp })[] = [
  {
    text: /^Could not open device at .*: Permission denied/m,
    code: 'bmc.no-ipmi-device',
    kind: 'invalid',
    message: 'The IPMI device of the host may not be opened',
    hint: 'Run ipmitool as root (sudo -n).',
  },
  {
    text: /^Could not open device at /m,
    code: 'bmc.no-ipmi-device',
    kind: 'invalid',
    message: 'The host has no IPMI device',
    hint: 'Load the drivers with "modprobe ipmi_si ipmi_devintf" (on Arm servers "modprobe ipmi_ssif"); if there is still no /dev/ipmi0, the BMC does not offer KCS to the host.',
  },
  {
    text: /Channel \d+ is not a LAN channel|^Invalid channel: |^Invalid Channel \d+/m,
    code: 'bmc.no-lan-channel',
    kind: 'invalid',
    message: 'This IPMI channel is not a LAN channel',
    hint: 'Try the next channel: 1 is usual, HPE iLO has its LAN at 2.',
  },
  {
    text: /LAN Parameter Data does not match!|^Mismatched data lengths: /m,
    code: 'bmc.write-not-confirmed',
    kind: 'transient',
    message: 'The BMC took the LAN setting but reads back something else',
    hint: 'Read "ipmitool lan print" again in a minute: some BMCs apply an address late, and some change their own address under the tool.',
  },
  // Before the words of a busy one: the line names the parameter `Set in Progress` that was asked for.
  {
    text: /Insufficient privilege level|Cannot execute command, command disabled/m,
    code: 'bmc.privilege',
    kind: 'auth',
    message: 'The BMC refuses this command to this user or interface',
    hint: 'Check the BMC for a KCS restriction ("require host authentication", KCS control) and the privilege of the user.',
  },
  {
    text: /Attempt to set 'in progress'|set[- ]in[- ]progress|Node busy|BMC initialization in progress|Device firmeware in update mode|Out of space|: Timeout\b/im,
    code: 'bmc.busy',
    kind: 'busy',
    message: 'The BMC is busy',
    hint: 'Wait a minute; if it stays busy, another tool may have left "Set In Progress" on: reset the BMC (mc reset cold).',
  },
  {
    text: /Unable to establish (?:IPMI v2 \/ RMCP\+|LAN|IPMI) session|insufficient resources for session/m,
    code: 'bmc.unreachable',
    kind: 'transient',
    message: 'No IPMI session with the BMC: out of reach, a wrong password, or all its sessions are taken',
    hint: 'Check address and password by hand once; the tool says the same for all three.',
  },
  {
    text: /^(?:Invalid command|Invalid .* command): |: Invalid command(?: on LUN)?$|[Uu]nsupported parameter|Parameter not supported|Parameter is read-only/m,
    code: 'bmc.unsupported',
    kind: 'invalid',
    message: 'The BMC does not know this command or parameter',
    hint: 'Set this by the vendor tool or the web page of the BMC instead.',
  },
]

const CONTACT_LOST: Failure = {
  code: 'bmc.lost-contact',
  kind: 'lost-contact-after-effect',
  message: 'The connection to the host was lost while ipmitool ran',
  hint: 'Read the setting again before repeating it.',
}

const TOOL_MISSING: Failure = {
  code: 'bmc.tool-missing',
  kind: 'invalid',
  message: 'ipmitool is not on the host',
  hint: 'Describe the tool (file or package, and its check) in the configuration.',
}

/** A BMC that refuses a LAN parameter (read-only, say) makes the tool end with 1 and not a word about why. */
const UNEXPLAINED: Failure = {
  code: 'bmc.tool-failed',
  kind: 'conflict',
  message: 'ipmitool failed',
  hint: 'Run the command on the host with "-vv"; a silent failure of "lan set" often means that the BMC holds the parameter read-only.',
}

function failure(result: IpmitoolResult, known: Failure): HwError {
  const said = (result.stderr.trim() || result.stdout.trim()).slice(0, 300)
  return new HwError({
    code: known.code,
    kind: known.kind,
    message: said === '' ? known.message : `${known.message}: ${said}`,
    ...(known.hint === undefined ? {} : { hint: known.hint }),
    context: { tool: 'ipmitool', argv: [...result.argv], exitCode: result.exitCode ?? 'none' },
  })
}
