import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { createSlackWorkspace, type SlackWorkspace } from '../src/index.ts'
import { startBrowser, type TestBrowser } from './slack-page/browser.ts'
import { HOSTILE } from './slack-page/gallery.ts'
import { startSampleApp, type SampleApp } from './slack-page/sample-app.ts'

/** The page of the simulated workspace in Debian's Chromium, with a small Bolt app that is not ours behind it. */
describe('the page of the Slack workspace', () => {
  let browser: TestBrowser
  let slack: SlackWorkspace
  let app: SampleApp

  beforeAll(async () => void (browser = await startBrowser()))
  afterAll(() => browser[Symbol.asyncDispose]())
  afterEach(async () => {
    for (const page of browser.context.pages()) await page.close()
    await app.stop()
    await slack.close()
    expect(browser.strayed).toEqual([])
    expect(browser.complaints).toEqual([])
  })

  /** A workspace of its own for each test, and its page. */
  async function open(hash = ''): Promise<Page> {
    slack = await createSlackWorkspace({ rateLimits: 'none' })
    app = await startSampleApp(slack)
    return browser.open(`${slack.pageUrl}${hash}`)
  }
  const composer = (page: Page) => page.getByRole('combobox', { name: 'Message #provisioning' })
  const type = async (page: Page, words: string) => {
    await composer(page).fill(words)
    await composer(page).press('Enter')
  }
  const log = (page: Page) => page.getByRole('log', { name: '#provisioning' })

  it('says that nothing leaves this machine', async () => {
    const page = await open()
    await page.getByRole('note').getByText('nothing leaves this machine').waitFor()
  })

  it('says at its beginning what to type, and a click types it', async () => {
    const page = await open()
    await page.getByRole('button', { name: '/provision' }).click()
    expect(await composer(page).inputValue()).toBe('/provision ')
    await page.getByRole('status').getByText('<server> <device-type>').waitFor()
  })

  it('offers the commands of the manifest while one types, and runs them by keyboard alone', async () => {
    const page = await open()
    await composer(page).waitFor()
    await page.keyboard.type('/pro')
    await page.getByRole('option', { name: '/provision <server> <device-type> [--firmware-first]' }).waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.type('srv001 a1.c5.large')
    await page.getByRole('status').getByText('<server> <device-type>').waitFor()
    await page.keyboard.press('Enter')
    await log(page).getByRole('heading', { name: 'Provisioning srv001 as a1.c5.large' }).waitFor()
    await page.getByRole('listitem', { name: 'Push BIOS settings: in progress' }).waitFor()
    await page.getByRole('listitem', { name: 'Update firmware: waiting' }).waitFor()
    expect(await composer(page).inputValue()).toBe('')
  })

  it('changes a message before one’s eyes, after the question that its button asks', async () => {
    const page = await open()
    await type(page, '/provision srv001')
    await page.getByRole('button', { name: 'Cancel' }).click()
    const question = page.getByRole('alertdialog', { name: 'Cancel this run?' })
    await question.getByRole('button', { name: 'Keep going' }).click()
    await question.waitFor({ state: 'detached' })
    expect(app.clicks).toEqual([])
    await page.getByRole('button', { name: 'Cancel' }).click()
    await question.getByRole('button', { name: 'Cancel the run' }).click()
    await page.getByRole('listitem', { name: 'Push BIOS settings: complete' }).waitFor()
    await page.getByRole('button', { name: 'Cancel' }).waitFor({ state: 'detached' })
    expect(app.clicks).toEqual(['ada cancel run-1'])
    expect(await log(page).getByText('(edited)').count()).toBe(0)
  })

  it('keeps a button busy until the app has acknowledged, and sends one click however often it is pressed', async () => {
    const page = await open()
    await type(page, '/provision srv001')
    const follow = page.locator('[data-action-id=slow]')
    await follow.click()
    await page.locator('[data-action-id=slow][aria-busy=true]').waitFor()
    expect(await follow.isDisabled()).toBe(true)
    await expect.poll(() => app.clicks).toEqual(['ada slow run-1'])
    app.acknowledge()
    await page.locator('[data-action-id=slow]:not([aria-busy])').waitFor()
    expect(await page.getByRole('alert').count()).toBe(0)
  })

  it('tells of a click and a command that nobody answered', async () => {
    const page = await open()
    await type(page, '/provision srv001')
    await page.getByText('2 replies').waitFor()
    await type(page, '/provision late')
    await page.getByText('/provision failed with the error "operation_timeout"').waitFor()
    await app.stop()
    await expect.poll(() => slack.socket.connections).toBe(0)
    await page.getByRole('button', { name: 'Details' }).click()
    await page.getByRole('alert').getByText('The app could not be reached').waitFor()
    await type(page, '/provision srv002')
    await page.getByText('/provision failed with the error "dispatch_failed"').waitFor()
  })

  it('draws every kind of block', async () => {
    const page = await open()
    await type(page, '/gallery')
    const message = log(page).getByRole('article').last()
    await message.getByRole('heading', { name: 'Every block' }).waitFor()
    for (const words of [
      'bold',
      'quoted & quoted',
      'pre *not bold*',
      '12:00:03',
      'plain *stars*',
      'a quote',
      'A card by itself',
    ]) {
      await message.getByText(words, { exact: false }).first().waitFor()
    }
    expect(await message.getByRole('link', { name: 'a link' }).getAttribute('href')).toBe(
      'https://example.com/a?b=1&c=2',
    )
    expect(await message.getByRole('img', { name: 'white check mark' }).count()).toBe(1)
    expect(await message.getByRole('row').filter({ hasText: 'srv002' }).innerText()).toMatch(/31\s+failed/)
    expect(await message.getByText('drawn here').count()).toBe(0)
    await message.getByRole('heading', { name: 'Summary' }).waitFor()
    await message.getByRole('img', { name: 'The rack from the front' }).waitFor()

    const changed = message.getByRole('region', { name: 'BIOS settings that changed' })
    expect(await changed.getByRole('row').count()).toBe(4)
    await message.getByRole('button', { name: 'Next page' }).click()
    await message.getByText('4–6 of 7').waitFor()
    await changed.getByRole('button', { name: 'Setting' }).click()
    await message.getByLabel('Filter BIOS settings that changed').fill('mode')
    expect(await changed.getByRole('row').allInnerTexts()).toEqual([
      expect.stringContaining('Setting'),
      'BootMode\t14',
      'NumaMode\t0',
    ])

    await message.getByRole('button', { name: 'Firmware 3 components' }).click()
    await message.getByText('inside the container').waitFor()
  })

  it('sends what is chosen in the menus of a message', async () => {
    const page = await open()
    await type(page, '/gallery')
    await page.getByRole('combobox', { name: 'Pick a rack' }).fill('b')
    await page.getByRole('option', { name: 'Rack B' }).click()
    await expect.poll(() => app.clicks).toEqual(['ada choose rack-b'])
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Archive' }).click()
    await expect.poll(() => app.clicks.at(-1)).toBe('ada more archive')
    await page.getByRole('radio', { name: 'Blue' }).check()
    await expect.poll(() => app.clicks.at(-1)).toBe('ada colour blue')
  })

  it('takes hostile strings for text', async () => {
    const page = await open()
    await type(page, '/gallery hostile')
    await expect.poll(() => log(page).getByRole('article').count()).toBe(HOSTILE.length)
    const texts = await log(page).locator('.text').allInnerTexts()
    const entities = HOSTILE[2].replaceAll('&lt;', '<').replaceAll('&gt;', '>')
    expect(texts.map((words) => words.trim())).toEqual(
      HOSTILE.map((words) => (words === HOSTILE[2] ? entities : words)),
    )
    expect(await log(page).locator('.text :is(img, script, svg, .mention)').count()).toBe(0)
    // Slack makes links of bare addresses too; none of them hides where it leads.
    expect(await log(page).locator('.text a').allInnerTexts()).toEqual(['https://evil.example'])
    expect(await log(page).locator('.text a').getAttribute('href')).toBe('https://evil.example')
    expect(await page.evaluate('window.stolen')).toBeUndefined()
  })

  it('shows a thread with its files, and takes a reply', async () => {
    const page = await open()
    await type(page, '/provision srv001')
    await page.getByRole('button', { name: '2 replies' }).click()
    const thread = page.getByRole('complementary', { name: 'Thread' })
    await thread.getByText('Commissioned in 4 min').waitFor()
    const file = thread.getByRole('region', { name: 'File Log of run-1' })
    expect(await file.innerText()).not.toContain('bios-push line 40')
    await file.getByRole('button', { name: 'View' }).click()
    await file.getByText('bios-push line 40').waitFor()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      file.getByRole('link', { name: 'Download' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('run-1.log')

    const reply = thread.getByRole('combobox', { name: 'Reply' })
    await reply.fill('thanks')
    await reply.press('Enter')
    await thread.getByText('3 replies').waitFor()
    await reply.fill('/provision status')
    await reply.press('Enter')
    await thread.getByText('is not supported in threads').waitFor()
    await thread.getByRole('button', { name: 'Close thread' }).click()
    await page.getByRole('button', { name: '3 replies' }).waitFor()
  })

  it('fills a modal with type-ahead, shows what is wrong beside the input, and follows the answer', async () => {
    const page = await open()
    await type(page, '/provision')
    const dialog = page.getByRole('dialog', { name: 'Provision a server' })
    await dialog.getByRole('combobox', { name: 'Server' }).click()
    await dialog.getByText('Type at least 2 letters').waitFor()
    await page.keyboard.type('srv')
    await dialog.getByRole('option', { name: 'srv002' }).click()
    await dialog.getByRole('textbox', { name: 'BMC address' }).fill('nonsense')
    await dialog.getByRole('checkbox', { name: 'Notify me' }).check()
    await dialog.getByRole('radio', { name: 'One at a time' }).check()
    await dialog.getByRole('button', { name: 'Show the plan' }).click()
    await dialog.getByRole('alert').getByText('That is not an IPv4 address.').waitFor()

    await dialog.getByRole('button', { name: 'What is this?' }).click()
    const about = page.getByRole('dialog', { name: 'About' })
    await about.getByText('It provisions servers.').waitFor()
    await about.getByRole('button', { name: 'Back' }).click()
    await dialog.getByRole('textbox', { name: 'BMC address' }).fill('192.168.1.100')
    await dialog.getByRole('button', { name: 'Show the plan' }).click()
    const plan = page.getByRole('dialog', { name: 'The plan' })
    await plan.getByText('about 25 minutes').waitFor()
    expect(app.forms).toMatchObject([
      {
        server: { server: { selected_option: { value: 'srv002' } } },
        type: { type: { selected_option: { value: 'a1.c5.large' } } },
        ipmi: { ipmi: { value: '192.168.1.100' } },
        options: { options: { selected_options: [{ value: 'notify' }] } },
        how: { how: { selected_option: { value: 'one' } } },
      },
    ])
    await page.keyboard.press('Escape')
    await plan.waitFor({ state: 'detached' })
    expect(slack.user('ada').modal()).toBeUndefined()
  })

  it('opens App Home, whose buttons work', async () => {
    const page = await open()
    await page.getByRole('button', { name: 'provisioner' }).click()
    await page.getByRole('tab', { name: 'Home' }).click()
    await page.getByText('Hello @ada, nothing is running.').waitFor()
    await page.getByRole('button', { name: 'Provision a server' }).click()
    await page.getByRole('dialog', { name: 'Provision a server' }).waitFor()
    expect(app.clicks).toEqual(['ada provision'])
  })

  it('lets one be somebody else, who sees and does things as themselves', async () => {
    const page = await open()
    await type(page, '/provision hello')
    await log(page).getByText('Only visible to you').waitFor()
    await type(page, '/provision srv001')
    await page.getByText('2 replies').waitFor()
    await page.getByRole('radio', { name: 'grace' }).click()
    await page.getByRole('radio', { name: 'grace', checked: true }).waitFor()
    expect(await log(page).getByText('Only visible to you').count()).toBe(0)
    await page.getByRole('button', { name: 'Details' }).click()
    await expect.poll(() => app.clicks).toEqual(['grace details run-1'])
    await page.getByRole('button', { name: 'More message shortcuts' }).first().click()
    await page.getByRole('menuitem', { name: 'Show status' }).click()
    await expect.poll(() => app.clicks.length).toBe(2)
  })

  it('comes back to the same place after a reload, with the modal that was open', async () => {
    const page = await open('#as=grace')
    await type(page, '/provision srv001')
    await page.getByRole('button', { name: '2 replies' }).click()
    await page.getByRole('complementary', { name: 'Thread' }).getByText('Commissioned in').waitFor()
    await type(page, '/provision')
    await page.getByRole('dialog', { name: 'Provision a server' }).waitFor()
    await page.reload()
    await page.getByRole('dialog', { name: 'Provision a server' }).getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('complementary', { name: 'Thread' }).getByText('Commissioned in').waitFor()
    await page.getByRole('radio', { name: 'grace', checked: true }).waitFor()
  })

  it('shows what came while the connection was lost', async () => {
    const page = await open()
    await composer(page).waitFor()
    await browser.context.setOffline(true)
    await slack.user('grace').say('before the cut', 'provisioning')
    await browser.context.setOffline(false)
    await log(page).getByText('before the cut').waitFor()
    const unread = page.getByRole('button', { name: 'general' })
    await slack.user('grace').say('over here', 'general')
    await unread.getByRole('status', { name: 'new messages' }).waitFor()
    await unread.click()
    await page.getByRole('log', { name: '#general' }).getByText('over here').waitFor()
  })

  it('says that the workspace has closed, and shows how it was', async () => {
    const page = await open()
    await type(page, '/provision srv001')
    await page.getByText('2 replies').waitFor()
    const { port } = new URL(slack.pageUrl)
    await app.stop()
    await slack.close()
    await page.getByRole('status').getByText('Connection lost, trying again').waitFor()
    await using next = await createSlackWorkspace({ port: Number(port) })
    await page.getByRole('status').getByText('The workspace has closed').waitFor()
    await page.getByText('2 replies').waitFor()
    expect(next.log.entries).toEqual([])
    browser.complaints.length = 0
  })

  it('takes whoever sends something back to the end of the channel, and leaves readers where they are', async () => {
    const page = await open()
    await type(page, '/gallery')
    await page.getByRole('heading', { name: 'Summary' }).waitFor()
    await log(page).hover()
    await page.mouse.wheel(0, -10_000)
    const top = () => log(page).evaluate(({ scrollTop }) => scrollTop)
    await expect.poll(top).toBe(0)
    await slack.user('grace').say('far below', 'provisioning')
    await log(page).getByText('far below').waitFor()
    expect(await top()).toBe(0)
    await type(page, 'hello')
    await log(page).getByText('hello', { exact: true }).waitFor()
    const rest = () => log(page).evaluate((list) => list.scrollHeight - list.scrollTop - list.clientHeight)
    await expect.poll(rest).toBeLessThan(2)
  })

  it('fits a narrow window', async () => {
    const page = await open()
    await page.setViewportSize({ width: 400, height: 800 })
    await type(page, '/gallery')
    await page.getByRole('heading', { name: 'Summary' }).waitFor()
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(400)
    const widths = (await page.evaluate(
      "[...document.querySelectorAll('article > .body')].map((one) => [one.scrollWidth, one.clientWidth])",
    )) as number[][]
    for (const [content, room] of widths) expect(content).toBeLessThanOrEqual(room ?? 0)
  })

  it('does not obey the page of another origin, even one that has its address', async () => {
    await open()
    const strange = createServer((_, response) => {
      response.setHeader('Content-Type', 'text/html')
      response.end('<!doctype html><title>elsewhere</title><body>')
    })
    await new Promise<void>((resolve) => strange.listen(0, '127.0.0.1', resolve))
    await using hostile = await startBrowser()
    const page = await hostile.open(`http://127.0.0.1:${(strange.address() as AddressInfo).port}/`)
    const outcome = await page.evaluate(async (target) => {
      const body = JSON.stringify({ act: 'command', text: '/provision srv001', channel: 'provisioning' })
      const tries = [
        () => fetch(`${target}act`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body }),
        () => fetch(`${target}act`, { method: 'POST', mode: 'no-cors', body }),
        () =>
          fetch(`${target}act`, { method: 'POST', mode: 'no-cors', headers: { 'Content-Type': 'text/plain' }, body }),
        () => fetch(`${target}events`),
      ]
      const seen: string[] = []
      for (const attempt of tries)
        seen.push(
          await attempt().then(
            (response) => response.type,
            () => 'refused',
          ),
        )
      return seen
    }, slack.pageUrl)
    expect(outcome).toEqual(['refused', 'refused', 'refused', 'refused'])
    strange.close()
    expect(slack.log.entries.some(({ call }) => call === 'slack deliver')).toBe(false)
    expect(slack.messages('provisioning')).toEqual([])
  })
})
