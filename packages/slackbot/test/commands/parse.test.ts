import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { helpLines, OPTIONS, SUB_COMMANDS } from '../../src/commands/grammar.ts'
import { parse } from '../../src/commands/parse.ts'
import { wordsOf } from '../../src/commands/words.ts'

const known = { command: '/provision', deviceTypes: ['a1.c5.large', 'b2.m4.small'] }
const read = (text: string) => parse(text, known)
const order = (servers: string, options: object = {}, of: 'server' | 'batch' = 'server') => ({
  is: 'order',
  of,
  servers,
  deviceType: 'a1.c5.large',
  options,
})
const problems = (text: string) => {
  const parsed = read(text)
  return parsed.is === 'wrong' ? parsed.problems.join('\n') : `not wrong: ${JSON.stringify(parsed)}`
}

describe('a command', () => {
  it.each([
    ['', { is: 'form' }],
    ['   \n ', { is: 'form' }],
    ['srv001 a1.c5.large', order('srv001')],
    ['srv[001-040] a1.c5.large', order('srv[001-040]', {}, 'batch')],
    ['srv001,srv002 a1.c5.large', order('srv001,srv002', {}, 'batch')],
    ['status', { is: 'status' }],
    ['Status srv001', { is: 'status', name: 'srv001' }],
    ['list', { is: 'list' }],
    ['history srv001', { is: 'history', name: 'srv001' }],
    ['cancel run_019ac2d4', { is: 'cancel', name: 'run_019ac2d4' }],
    ['retry srv001', { is: 'retry', name: 'srv001' }],
    ['follow srv001', { is: 'follow', name: 'srv001' }],
    ['help', { is: 'help' }],
    ['help cancel', { is: 'help', name: 'cancel' }],
    ['--help', { is: 'help' }],
  ])('%j is understood', (text, parsed) => expect(read(text)).toMatchObject(parsed))

  it('takes every option, in any order, with a blank or an equals sign', () => {
    const text =
      'srv[001-040] --ipmi=192.168.1.[101-140] a1.c5.large --gateway 192.168.1.1 --subnet-mask 255.255.255.0 --firmware-first --plan --tell-me --at-once 5 --per-group zone:2 --canary 0 --max-failures=3'
    expect(read(text)).toEqual(
      order(
        'srv[001-040]',
        {
          ipmi: '192.168.1.[101-140]',
          gateway: '192.168.1.1',
          subnetMask: '255.255.255.0',
          firmwareFirst: true,
          plan: true,
          tellMe: true,
          atOnce: 5,
          perGroup: { by: 'zone', most: 2 },
          canary: 0,
          maxFailures: 3,
        },
        'batch',
      ),
    )
  })
})

describe('what phones and Slack make of a command is undone', () => {
  it.each([
    ['a dash for two hyphens', 'srv001 a1.c5.large —plan'],
    ['the short dash', 'srv001 a1.c5.large –plan'],
    ['a non-breaking blank', 'srv001\u00A0a1.c5.large --plan'],
    ['a line break', 'srv001\na1.c5.large\n--plan'],
    ['curly quotes', '“srv001” ‘a1.c5.large’ --plan'],
    ['backticks', '`srv001` `a1.c5.large` `--plan`'],
    ['zero-width characters', 'srv\u200B001 a1.c5.large\uFEFF --plan'],
    ['a capital letter', 'srv001 a1.c5.large --Plan'],
  ])('%s', (_, text) => expect(read(text)).toEqual(order('srv001', { plan: true })))

  it.each([
    ['<http://srv001.example|srv001.example> a1.c5.large', 'srv001.example'],
    ['<https://srv001.example> a1.c5.large', 'srv001.example'],
    ['<tel:192168|srv001> a1.c5.large', 'srv001'],
  ])('a host name that became a link: %s', (text, server) => expect(read(text)).toEqual(order(server)))

  it('a dash inside a range', () =>
    expect(read('srv[001–040] a1.c5.large')).toEqual(order('srv[001-040]', {}, 'batch')))

  it('entities, once', () => expect(wordsOf('a&amp;b &amp;lt; &lt;c&gt;')).toEqual(['a&b', '&lt;', '<c>']))

  it('blanks around the commas of a list', () =>
    expect(read('srv001 , srv002, srv003 a1.c5.large')).toEqual(order('srv001,srv002,srv003', {}, 'batch')))
})

describe('a server that is called like a sub-command', () => {
  it('is meant behind two hyphens, also where a phone made a dash of them', () => {
    expect(read('-- status a1.c5.large')).toEqual(order('status'))
    expect(read('— status a1.c5.large')).toEqual(order('status'))
    expect(read('--plan -- list a1.c5.large')).toEqual(order('list', { plan: true }))
  })
  it('is pointed at where the words are too many for the sub-command', () => {
    expect(problems('status a1.c5.large --plan')).toContain('has no option')
    expect(problems('cancel srv001 now')).toContain('`/provision -- cancel <device-type>`')
  })
})

describe('what was probably meant is said', () => {
  it.each([
    ['staus', 'Did you mean `/provision status`?'],
    ['cancle srv001', 'Did you mean `/provision cancel srv001`?'],
    ['srv001', 'Which device type?'],
    ['srv001 a1.c5.lrge', 'Did you mean `a1.c5.large`?'],
    ['srv001 zzzzzzzzzz', 'There are `a1.c5.large`, `b2.m4.small`.'],
    ['a1.c5.large srv001', 'did you mean `/provision srv001 a1.c5.large`?'],
    ['srv001 a1.c5.large --imi 10.0.0.1', 'There is no option `--imi`. Did you mean `--ipmi`?'],
    ['srv001 a1.c5.large -plan', 'Did you mean `--plan`?'],
    ['srv001 a1.c5.large --frobnicate', 'There are `--ipmi`'],
    ['srv001 a1.c5.large extra', 'a word too many: `extra`'],
    ['srv001 a1.c5.large --ipmi', '`--ipmi` needs a value'],
    ['srv001 a1.c5.large --ipmi --plan', '`--ipmi` needs a value'],
    ['srv001 a1.c5.large --plan=yes', '`--plan` takes no value'],
    ['srv001 a1.c5.large --plan --plan', '`--plan` is there twice'],
    ['srv001 a1.c5.large --ipmi 10.0.0.1 --ipmi 10.0.0.2', '`--ipmi` is there twice'],
    ['srv001 a1.c5.large --canary 2', '`--canary` goes with several servers'],
    ['srv[1-9] a1.c5.large --at-once 0', 'a whole number from 1'],
    ['srv[1-9] a1.c5.large --per-group row:2', '`zone:2`'],
    ['<!channel> a1.c5.large', '`@channel` is no server'],
    ['<@U0123|ada> a1.c5.large', '`@ada` is no server'],
    ['srv001;reboot a1.c5.large', 'is no server'],
    ['cancel', '`cancel` needs a name'],
    ['list srv001', '`list` takes nothing behind it'],
    ['x'.repeat(5_000), 'longer than 4000 characters'],
  ])('%j', (text, words) => expect(problems(text)).toContain(words))
})

describe('any text at all', () => {
  const wordLike = fc.oneof(
    fc.constantFrom(
      'srv001',
      'srv[1-3]',
      'a1.c5.large',
      'status',
      'cancel',
      '--',
      '—',
      '-',
      '--plan',
      '--ipmi',
      '--canary',
      '3',
      '=',
      '<',
      '>',
      '&lt;',
      '<!here>',
      '<http://a|b>',
      '`',
      '"',
      '\n',
      '[',
      ']',
      ',',
      '--per-group',
      'zone:2',
      '\u0000',
      '\u202E',
      '__proto__',
      'constructor',
    ),
    fc.string({ unit: 'binary', maxLength: 12 }),
  )
  const text = fc.array(wordLike, { maxLength: 12 }).map((words) => words.join(' '))

  it('never throws, and orders only what is a server and a known device type', () => {
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ unit: 'binary', maxLength: 400 })), (typed) => {
        const parsed = read(typed)
        if (parsed.is !== 'order') return
        expect(parsed.servers).toMatch(/^[A-Za-z0-9][A-Za-z0-9.,[\]-]*$/)
        expect(known.deviceTypes).toContain(parsed.deviceType)
        expect(typed).toContain(parsed.deviceType)
        if (parsed.of === 'server') expect(parsed.servers).not.toMatch(/[[\],]/)
      }),
      { numRuns: 5_000 },
    )
  })

  it('says what is wrong in short sentences that break out of no code', () => {
    fc.assert(
      fc.property(text, (typed) => {
        const parsed = read(typed)
        if (parsed.is !== 'wrong') return
        expect(parsed.problems.length).toBeGreaterThan(0)
        for (const problem of parsed.problems) {
          expect(problem.length).toBeLessThan(700)
          expect(problem.split('`').length % 2, problem).toBe(1)
        }
      }),
      { numRuns: 2_000 },
    )
  })

  it('takes no time, however it is made', () => {
    const started = performance.now()
    for (const evil of [
      '<'.repeat(4_000),
      '['.repeat(4_000),
      '"'.repeat(4_000),
      '&amp;'.repeat(800),
      'a,'.repeat(2_000),
      '<|'.repeat(2_000),
    ])
      read(evil)
    expect(performance.now() - started).toBeLessThan(1_000)
  })
})

it('the help names every sub-command and every option', () => {
  const help = helpLines().join('\n')
  for (const { name } of SUB_COMMANDS) expect(help).toContain(`/provision ${name}`)
  for (const { flag } of OPTIONS) expect(help).toContain(flag)
  expect(helpLines('/hw').join('\n')).not.toContain('/provision')
})
