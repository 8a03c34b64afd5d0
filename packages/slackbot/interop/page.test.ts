import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Locator, Page } from 'playwright-core'
import { startBrowser, type TestBrowser } from '../../testkit/interop/slack-page/browser.ts'
import { createWorld, type World, type WorldOptions } from '../test/bot-world.ts'
import { openPictures } from './pictures.ts'

/** The bot on a simulated data centre, used as a newcomer uses it: in a browser, with nothing but eyes, mouse and keyboard. */
describe('the bot, in the browser', () => {
  let browser: TestBrowser
  let pictures: Awaited<ReturnType<typeof openPictures>>
  let world: World

  beforeAll(async () => {
    browser = await startBrowser()
    pictures = await openPictures()
  })
  afterAll(() => browser[Symbol.asyncDispose]())
  afterEach(async () => {
    for (const page of browser.context.pages()) await page.close()
    await world[Symbol.asyncDispose]()
    expect(browser.strayed).toEqual([])
    expect(browser.complaints).toEqual([])
  })

  const SERVERS = ['srv001', 'srv002', 'srv003', 'srv004', 'srv005', 'srv006']

  /** 24 minutes of the data centre take so long that one can watch them. */
  async function open(options: WorldOptions & { readonly speed?: number } = {}): Promise<Page> {
    const { speed = 75, ...rest } = options
    const servers = SERVERS.map((hostname) => ({ hostname }))
    world = await createWorld({ lab: { servers, clock: { speed } }, ...rest })
    return browser.open(world.slack.pageUrl)
  }
  const type = async (page: Page, words: string) => {
    const composer = page.getByRole('combobox', { name: 'Message #provisioning' })
    await composer.fill(words)
    await composer.press('Enter')
  }
  const log = (page: Page) => page.getByRole('log', { name: '#provisioning' })
  const plan = (page: Page, words: RegExp): Locator => log(page).getByRole('region', { name: words })
  const picture = async (page: Page, name: string) => expect(await pictures.take(page, name)).toBeLessThan(150_000)

  it('turns a command into a message that lives until the server is ready, and tells the rest in its thread', async () => {
    const page = await open()
    await type(page, '/provision srv001 a1.c5.large')
    await plan(page, /srv001.* under way/).waitFor()
    const steps = plan(page, /srv001/).getByRole('listitem')
    await plan(page, /srv001/)
      .getByRole('listitem', { name: 'Push BIOS configuration: in progress' })
      .waitFor()
    await page.mouse.move(0, 0)
    await picture(page, 'run')
    await plan(page, /srv001.* ready/).waitFor()
    expect(await steps.and(page.locator('[data-status=complete]')).count()).toBe(7)
    expect(await log(page).getByRole('button', { name: 'Cancel' }).count()).toBe(0)

    await log(page)
      .getByRole('button', { name: /replies/ })
      .click()
    const thread = page.getByRole('complementary', { name: 'Thread' })
    await expect.poll(() => thread.getByRole('article').count()).toBeGreaterThan(5)
    await page.mouse.move(0, 0)
    await page.setViewportSize({ width: 1280, height: 640 })
    await picture(page, 'thread')
  })

  it('asks before it cancels, and takes the machine back', async () => {
    const page = await open({ speed: 60 })
    await type(page, '/provision srv001 a1.c5.large')
    await plan(page, /srv001.* under way/).waitFor()
    await log(page).getByRole('button', { name: 'Cancel' }).click()
    const question = page.getByRole('alertdialog', { name: /Cancel srv001/ })
    await question.getByText('the machine is taken to a known state').waitFor()
    await picture(page, 'cancel')
    await question.getByRole('button', { name: 'Cancel the run' }).click()
    await plan(page, /srv001.*: cancelled/).waitFor()
    await log(page).getByRole('button', { name: 'Retry' }).waitFor()
    const [run] = (await world.hw.manager.list()).records
    expect(run).toMatchObject({ status: 'CANCELLED', cancel: { by: 'ada' } })
  })

  it('tells what failed and what to do, and goes on with a click', async () => {
    const page = await open()
    world.lab.faults.once({ server: 'srv001', call: 'ilorest commit', mode: 'licence-missing' })
    await type(page, '/provision srv001 a1.c5.large')
    await plan(page, /srv001.* failed/).waitFor()
    await log(page)
      .getByRole('button', { name: /replies|reply/ })
      .first()
      .click()
    await page.getByRole('complementary', { name: 'Thread' }).getByRole('region', { name: /^File/ }).waitFor()
    await page.mouse.move(0, 0)
    await page.setViewportSize({ width: 1280, height: 600 })
    await picture(page, 'failure')
    await page.getByRole('button', { name: 'Close thread' }).click()
    await log(page).getByRole('button', { name: 'Retry' }).first().click()
    await page
      .getByRole('alertdialog', { name: /Retry srv001/ })
      .getByRole('button', { name: 'Retry' })
      .click()
    await plan(page, /srv001.* ready/).waitFor()
    expect((await world.hw.manager.list()).records.map(({ status }) => status)).toEqual(['COMPLETED', 'FAILED'])
  })

  it('finds servers and device types as one types, shows the plan, and starts it', async () => {
    const page = await open()
    await type(page, '/provision')
    const form = page.getByRole('dialog', { name: 'Provision servers' })
    await form.getByRole('combobox', { name: 'Server', exact: true }).click()
    await page.keyboard.type('srv00')
    await form.getByRole('option', { name: 'srv002' }).waitFor()
    await picture(page, 'form')
    await form.getByRole('option', { name: 'srv002' }).click()
    await form.getByRole('combobox', { name: 'Device type' }).click()
    await page.keyboard.type('a1.c5')
    await form.getByRole('option', { name: 'a1.c5.large' }).click()
    await form.getByRole('textbox', { name: 'BMC address' }).fill('not an address')
    await form.getByRole('button', { name: 'Show the plan' }).click()
    await form.getByRole('alert').first().waitFor()
    await form.getByRole('textbox', { name: 'BMC address' }).fill('')
    await form.getByRole('button', { name: 'Show the plan' }).click()
    const start = page.getByRole('dialog', { name: 'Start it?' })
    await start.waitFor()
    await picture(page, 'plan')
    await start.getByRole('button', { name: 'Start' }).click()
    await plan(page, /srv002.* under way/).waitFor()
  })

  it('shows the team’s runs in App Home, where one can start and look at them', async () => {
    const page = await open()
    world.lab.faults.once({ server: 'srv003', call: 'ilorest commit', mode: 'licence-missing' })
    const order = (server: string) => type(page, `/provision ${server} a1.c5.large`)
    await order('srv003')
    await plan(page, /srv003.*: failed/).waitFor()
    await order('srv001')
    await plan(page, /srv001.* under way/).waitFor()
    await plan(page, /srv001/)
      .getByRole('listitem', { name: 'Retrieve IP address: complete' })
      .waitFor()
    await order('srv002')
    await plan(page, /srv002.* under way/).waitFor()
    await page.getByRole('button', { name: 'hwautomation' }).first().click()
    await page.getByRole('tab', { name: 'Home' }).click()
    const home = page.getByRole('tabpanel', { name: 'Home' })
    await home.getByRole('heading', { name: 'Under way' }).waitFor()
    await home.getByText('srv003').first().waitFor()
    await picture(page, 'home')
    await home.getByRole('button', { name: 'Details' }).first().click()
    const details = page.getByRole('dialog')
    await details.waitFor()
    await details.getByRole('button', { name: 'Close' }).last().click()
    await details.waitFor({ state: 'detached' })
    await home.getByRole('button', { name: 'Provision servers' }).click()
    await page.getByRole('dialog', { name: 'Provision servers' }).waitFor()
  })

  it('waits for a second person, who is somebody else', async () => {
    const page = await open({ bot: { access: { approval: { everything: true } } } })
    await type(page, '/provision srv001 a1.c5.large')
    const approve = log(page).getByRole('button', { name: 'Approve' })
    const yes = page.getByRole('alertdialog', { name: /Approve srv001/ }).getByRole('button', { name: 'Approve' })
    await approve.click()
    await yes.click()
    await log(page).getByText('Only visible to you').last().waitFor()
    await picture(page, 'approval')
    await page.getByRole('radio', { name: 'grace' }).click()
    await page.getByRole('radio', { name: 'grace', checked: true }).waitFor()
    await approve.click()
    await yes.click()
    await plan(page, /srv001.* under way/).waitFor()
    expect((await world.hw.manager.list()).records[0]?.approval?.granted).toMatchObject({ by: 'grace' })
  })

  it('has one board for a range of servers', async () => {
    const page = await open()
    await type(page, '/provision srv[001-006] a1.c5.large --at-once 3')
    await log(page)
      .getByRole('heading', { name: /[1-5] of 6 ready/ })
      .waitFor()
    await log(page).getByRole('row').filter({ hasText: 'srv006' }).waitFor()
    await page.mouse.move(0, 0)
    await picture(page, 'batch')
    expect(world.slack.messages('provisioning')).toHaveLength(1)
  })
})
