import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { chromium, type BrowserContext, type Page } from 'playwright-core'

/** Debian's. */
const CHROMIUM = '/usr/bin/chromium'

export interface TestBrowser extends AsyncDisposable {
  readonly context: BrowserContext
  /** Every request that left for somewhere else than this machine. */
  readonly strayed: readonly string[]
  /** What pages complained of: exceptions, refusals by the content security policy, resources that could not be had. */
  readonly complaints: string[]
  open(url: string): Promise<Page>
}

/** A headless Chromium with a fresh profile that is thrown away at the end. */
export async function startBrowser(
  options: { readonly width?: number; readonly dark?: boolean } = {},
): Promise<TestBrowser> {
  const profile = await mkdtemp(path.join(tmpdir(), 'slack-page-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    viewport: { width: options.width ?? 1280, height: 800 },
    colorScheme: options.dark === true ? 'dark' : 'light',
    locale: 'en-GB',
    timezoneId: 'Europe/London',
  })
  const strayed: string[] = []
  const complaints: string[] = []
  context.on('request', (request) => {
    if (!/^(http:\/\/127\.0\.0\.1[:/]|data:|blob:|about:)/.test(request.url())) strayed.push(request.url())
  })
  context.on('weberror', (error) => complaints.push(error.error().message))
  context.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  return {
    context,
    strayed,
    complaints,
    async open(url) {
      const page = await context.newPage()
      await page.goto(url)
      return page
    },
    async [Symbol.asyncDispose]() {
      await context.close()
      await rm(profile, { recursive: true, force: true })
    },
  }
}
