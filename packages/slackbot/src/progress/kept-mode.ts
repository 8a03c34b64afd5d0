import type { WorkflowStore } from 'hwautomation'
import { MODES } from '../outbox/modes.ts'
import type { ShowMode } from '../views/run-message.ts'

const MODE = 'mode'

/** The mode that messages were last shown in, perhaps by an earlier process. */
export async function keptMode(store: Pick<WorkflowStore, 'documents'>): Promise<ShowMode | undefined> {
  const kept = await store.documents('slack-progress').get(MODE)
  return MODES.find(({ mode }) => mode === kept)?.mode
}

/** Written only where it is another. */
export async function keepMode(store: Pick<WorkflowStore, 'documents'>, mode: ShowMode): Promise<void> {
  if ((await keptMode(store)) !== mode) await store.documents('slack-progress').put(MODE, mode)
}
