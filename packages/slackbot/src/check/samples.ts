import type { BatchRecord, ErrorRecord, StepRecord, WorkflowRecord } from 'hwautomation'

/** Records to try Slack with: one run in each state, one batch. They are of no machine. */
export interface Samples {
  readonly runs: readonly WorkflowRecord[]
  readonly batch: BatchRecord
}

const TITLES = {
  commission: 'Commission',
  'retrieve-ip': 'Find its address',
  'bios-pull': 'Read the BIOS',
  'bios-modify': 'Compare with the template',
  'bios-push': 'Write the BIOS',
  'ipmi-configure': 'Set the BMC address',
  finalize: 'Tag and switch off',
} as const

const ERROR: ErrorRecord = {
  code: 'bios.not-applied',
  kind: 'conflict',
  message: 'The BIOS still has BootMode=Legacy after the reboot.',
  hint: 'Look at the BIOS event log of the machine, then retry.',
  retryable: false,
  context: {},
}

export function samples(now: number): Samples {
  const at = (minutes: number) => new Date(now + minutes * 60_000).toISOString()
  const step = (id: string, title: string, index: number, done: number, end: WorkflowRecord['status']): StepRecord => {
    const status =
      index < done
        ? 'completed'
        : index > done || end === 'PENDING'
          ? 'pending'
          : end === 'FAILED'
            ? 'failed'
            : 'running'
    const times = status === 'pending' ? {} : { startedAt: at(index - 8) }
    const over = status === 'completed' || status === 'failed' ? { endedAt: at(index - 7) } : {}
    return {
      id,
      title,
      status,
      expectedMs: 60_000,
      attempt: status === 'pending' ? 0 : 1,
      ...times,
      ...over,
      intents: [],
      subTasks:
        status === 'running'
          ? [{ name: 'Waiting for the reboot', startedAt: at(-1), status: 'running', percent: 40 }]
          : [],
      evidence:
        status === 'completed'
          ? [
              {
                claim: 'read back',
                source: 'maas',
                request: 'machine',
                observed: { power: 'on' },
                observedAt: at(index - 7),
              },
            ]
          : [],
      earlierErrors: [],
      ...(status === 'failed' ? { error: ERROR } : {}),
    }
  }
  const run = (status: WorkflowRecord['status'], done: number): WorkflowRecord => ({
    schema: 2,
    id: `run_00000000-0000-7000-8000-00000000000${done}`,
    definition: { name: 'server-provisioning', version: 1 },
    request: { serverId: 'srv000.example', deviceType: 'a1.c5.large' },
    resource: 'sample',
    resourceLabel: 'srv000.example',
    requestedBy: 'hwautomation --check',
    via: 'slack',
    status,
    createdAt: at(-9),
    ...(status === 'PENDING'
      ? { waitingFor: { kind: 'slot' as const, since: at(-9), detail: 'another run has to end first' } }
      : { startedAt: at(-8) }),
    ...(status === 'FAILED' || status === 'COMPLETED' ? { endedAt: at(0) } : {}),
    percent: Math.round((done / 7) * 100),
    seq: 1,
    steps: Object.entries(TITLES).map(([id, title], index) => step(id, title, index, done, status)),
    ...(status === 'FAILED' ? { error: ERROR } : {}),
    warnings: [],
    leftBehind: [],
    artefacts: [],
  })
  return {
    runs: [run('PENDING', 0), run('RUNNING', 3), run('FAILED', 4), run('COMPLETED', 7)],
    batch: {
      schema: 1,
      id: 'batch_00000000-0000-7000-8000-000000000000',
      definition: { name: 'server-provisioning', version: 1 },
      label: 'srv[000-039] a1.c5.large',
      requestedBy: 'hwautomation --check',
      via: 'slack',
      createdAt: at(-9),
      status: 'running',
      policy: { atOnce: 5, canary: 1, maxFailures: 2 },
      items: Array.from({ length: 40 }, (_, index) => ({
        resource: `sample-${index}`,
        label: `srv${String(index).padStart(3, '0')}.example`,
        request: {},
        status: 'waiting' as const,
      })),
      revision: 1,
    },
  }
}
