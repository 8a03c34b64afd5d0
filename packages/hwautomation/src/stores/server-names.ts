import type { WorkflowRecord } from '../workflow/record.ts'

const IPV4 = /^\d+(\.\d+){3}$/

/** What people call a run's machine, in lower case: its system_id, its name, and the first label of that (`srv001` of `srv001.maas`). */
export function serverNames(record: Pick<WorkflowRecord, 'resource' | 'resourceLabel'>): string[] {
  const label = (record.resourceLabel ?? '').toLowerCase()
  const short = IPV4.test(label) ? label : (label.split('.')[0] ?? label)
  return [...new Set([record.resource.toLowerCase(), label, short])].filter((name) => name !== '')
}
