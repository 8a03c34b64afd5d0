import { mkdir, mkdtemp, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'

const DOCS = fileURLToPath(new URL('../../../docs/slack/', import.meta.url))

/** Takes the documentation's pictures: into `docs/slack/` when UPDATE_SCREENSHOTS is set, else into a folder for temporary files. */
export async function openPictures() {
  const folder = process.env['UPDATE_SCREENSHOTS'] ? DOCS : await mkdtemp(path.join(tmpdir(), 'slack-pictures-'))
  await mkdir(folder, { recursive: true })
  return {
    /** Resolves with its size in bytes. */
    async take(page: Page, name: string): Promise<number> {
      const file = path.join(folder, `${name}.png`)
      await page.screenshot({ path: file, animations: 'disabled', caret: 'hide' })
      return (await stat(file)).size
    },
  }
}
