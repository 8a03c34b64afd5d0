import { MACHINES, type MatrixMachine } from '../provisioning/matrix/machines.ts'
import type { CancelAt } from './messages.ts'

/** What the run is doing when its process is killed. */
export type Scenario = 'run' | 'cancel-commission' | 'cancel-bios-pull' | 'run-supermicro' | 'run-dell'

const [hpe, supermicro, dell] = MACHINES

/** Each way to kill it, the machine it is about, and the event at which somebody cancels. */
export const SCENARIOS: Readonly<
  Record<
    Scenario,
    {
      readonly machine: MatrixMachine
      readonly cancelAt?: CancelAt
      /** Only at calls that no run before it has: the rest of the way is the same on every machine. */
      readonly ownCalls?: true
    }
  >
> = {
  run: { machine: hpe },
  // MAAS has begun to commission the machine.
  'cancel-commission': { machine: hpe, cancelAt: { type: 'subtask.started', step: 'commission', nth: 2 } },
  // The machine is in rescue mode or still on, a tool is on it and has begun to read.
  'cancel-bios-pull': { machine: hpe, cancelAt: { type: 'subtask.started', step: 'bios-pull', nth: 2 } },
  'run-supermicro': { machine: supermicro, ownCalls: true },
  'run-dell': { machine: dell, ownCalls: true },
}

/** The instant at which the process dies. */
export type Moment =
  /** At the nth call of a name: it has arrived; it has had its effect; it has been answered. Reads: only the first. */
  | {
      readonly at: 'call'
      readonly call: string
      readonly nth: number
      readonly when: CallMoment
      /** Counted from the cancel on: how often a read comes before is a matter of chance. */
      readonly fromCancel?: boolean
    }
  /** At the durable write that says these words for the nth time. */
  | { readonly at: 'write'; readonly words: string; readonly nth: number; readonly when: WriteMoment }

export type CallMoment = 'before-effect' | 'after-effect' | 'after-reply'
/** `torn`: the document is written, of its lines in the journal only half of the first. */
export type WriteMoment = 'before' | 'torn' | 'after'

export interface CrashCell {
  readonly scenario: Scenario
  readonly moment: Moment
}

/** A program on the host, not a call on the wire. */
export function isTool(call: string): boolean {
  return !/^(maas|redfish|dial|ssh|sftp) /.test(call)
}

/** Its name in messages. */
export function nameOf({ scenario, moment }: CrashCell): string {
  return `${scenario}: ${moment.at === 'call' ? moment.call : moment.words} #${moment.nth} ${moment.when}`
}
