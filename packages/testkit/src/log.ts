import type { LabClock } from './clock.ts'

export type Door = 'maas' | 'ssh' | 'redfish' | 'dial' | 'slack'

/** One call that reached a door. */
export interface LogEntry {
  readonly seq: number
  /** Lab time, ISO 8601. */
  readonly at: string
  readonly door: Door
  /** Host name of the machine it was about; absent for calls about none. */
  readonly server?: string
  /**
   * What was asked, ids replaced: `maas POST machines/{id}?op=commission`, `maas GET version`,
   * `redfish POST /redfish/v1/SessionService/Sessions`, `ssh connect`, `ssh exec`, `sftp put`, or tool and verb as typed on
   * a host: `ilorest commit`, `ipmitool lan set`, `dmidecode -s`, `modprobe`, `cat`; of Slack the Web-API method, `slack chat.update`.
   */
  readonly call: string
  /** Would change the world if served. */
  readonly mutating: boolean
  /** Short and free of secrets: query, form field names, argv with secrets masked. */
  readonly detail: string
  /** HTTP status, exit code, `ok` or Slack's error, or what happened instead of an answer (`hung`, `dropped`, `refused`). */
  readonly outcome: number | string
  /** Whether the world was changed: at once, later, or not. */
  readonly effect: 'none' | 'now' | 'late'
  /** The fault that struck, if one did. */
  readonly fault?: string
}

export interface RequestLog {
  readonly entries: readonly LogEntry[]
  /** Entries of one call name (exact), optionally of one server. */
  of(call: string, server?: string): readonly LogEntry[]
  /** Distinct call names in order of first use. */
  calls(): readonly string[]
  clear(): void
}

/** The log as the doors see it: an entry is there from the call's arrival, its outcome `pending` until it is closed. */
export interface RequestRecorder extends RequestLog {
  open(call: Pick<LogEntry, 'door' | 'server' | 'call' | 'mutating' | 'detail' | 'fault'>): OpenEntry
}

export interface OpenEntry {
  /** The last word wins: a hung call is closed as `hung` at once. */
  close(outcome: LogEntry['outcome'], effect: LogEntry['effect']): void
}

/** An empty request log. */
export function createRequestLog(clock: Pick<LabClock, 'now'>): RequestRecorder {
  let entries: LogEntry[] = []
  let seq = 0
  return {
    get entries() {
      return [...entries]
    },
    of: (call, server) =>
      entries.filter((entry) => entry.call === call && (server === undefined || entry.server === server)),
    calls: () => [...new Set(entries.map((entry) => entry.call))],
    clear() {
      entries = []
    },
    open(call) {
      let entry: LogEntry = {
        seq: ++seq,
        at: new Date(clock.now()).toISOString(),
        ...call,
        outcome: 'pending',
        effect: 'none',
      }
      entries.push(entry)
      return {
        close(outcome, effect) {
          const index = entries.indexOf(entry)
          entry = { ...entry, outcome, effect }
          if (index >= 0) entries[index] = entry
        },
      }
    },
  }
}
