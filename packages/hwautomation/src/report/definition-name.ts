import type { RunSummary } from '../control/run-summary.ts'

/** What a run is one of, without the version: `server-provisioning`, `bios-restore`. Not printable yet. */
export function nameOf({ definition }: Pick<RunSummary, 'definition'>): string {
  return definition.replace(/@\d+$/, '')
}

/** The usual kind of run, which need not be named where there is little room. */
export function isProvisioning(run: Pick<RunSummary, 'definition'>): boolean {
  return nameOf(run) === 'server-provisioning'
}
