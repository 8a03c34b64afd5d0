import { dirname } from 'node:path'
import { isRunId } from '../workflow/ids.ts'
import { ACTIVE_FOLDER } from './active-runs.ts'
import type { Disk } from './disk.ts'
import { UNFINISHED_WRITE } from './durable-file.ts'
import { FOLDER_MODE, namesIn } from './file-system.ts'
import { PAST_FOLDER } from './past-runs.ts'
import { INDEX_FOLDERS } from './run-index.ts'
import type { OnTrouble } from './troubles.ts'

const FOLDERS = [ACTIVE_FOLDER, PAST_FOLDER, 'journal', 'artefacts', ...INDEX_FOLDERS]

/** Makes the folders of a state directory, for their owner alone, and takes away what killed writes left there. Says what is not ours. */
export async function prepareFolders(disk: Disk, onTrouble: OnTrouble): Promise<void> {
  await disk.fs.chmod(disk.root, FOLDER_MODE)
  for (const folder of FOLDERS) {
    const path = disk.path(folder)
    await disk.folder(path)
    await disk.fs.chmod(path, FOLDER_MODE)
    if (folder.includes('/')) await disk.fs.chmod(dirname(path), FOLDER_MODE)
  }
  // only the first release wrote its temporary files beside the documents
  for (const folder of [ACTIVE_FOLDER, 'artefacts'])
    for (const name of await namesIn(disk.fs, disk.path(folder))) {
      if (UNFINISHED_WRITE.test(name)) await disk.remove(disk.path(folder, name))
      else if (folder === ACTIVE_FOLDER && !isRunId(name.replace(/\.json(\.unreadable-\d+)?$/, '')))
        onTrouble(`${folder}/${name}`, 'it is not a run of ours; it is left alone')
    }
}
