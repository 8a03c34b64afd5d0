import { HwError } from '../errors.ts'
import type { WorkflowStore } from '../workflow/ports.ts'
import type { PulledBios } from './bios-files.ts'
import type { KeptBios } from './capabilities.ts'
import type { Provisioning } from './provisioning.ts'

/** The `KeptBios` capability: from the artefacts of the store, each checked by its hash when it is read. */
export function storedBios(
  store: Pick<WorkflowStore, 'getArtefact'>,
  { restore }: Pick<Provisioning, 'restore'>,
): KeptBios {
  return {
    async found() {
      if (restore === undefined) throw lost('this run restores nothing')
      const bytes = await store.getArtefact(restore.pulled.sha256)
      if (bytes === undefined)
        throw lost(`${restore.pulled.name} of run ${restore.runId} is missing or is not what was put there`)
      return parsed(bytes, restore.runId)
    },
  }
}

function parsed(bytes: Uint8Array, runId: string): PulledBios {
  try {
    const pulled = JSON.parse(new TextDecoder().decode(bytes)) as PulledBios
    if (Object.keys(pulled.current.attributes).length > 0) return pulled
  } catch {
    // Said below: whoever wrote it, it is no configuration.
  }
  throw lost(`the kept file of run ${runId} holds no BIOS settings`)
}

function lost(what: string): HwError {
  return new HwError({
    code: 'bios.kept-missing',
    kind: 'invalid',
    message: `The BIOS cannot be brought back: ${what}.`,
    hint: 'Restore the artefacts folder of the state directory from a backup, or set the BIOS by hand.',
  })
}
