import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LARGEST_SHEET, readRackSheet } from '../../../src/provisioning/batch/rack-sheet.ts'

const HEAD = 'server,device type,BMC address'

describe('a rack sheet', () => {
  it('is read as spreadsheets write it: byte order mark, CRLF, semicolons, quotes, empty lines, remarks', () => {
    const { lines, problems } = readRackSheet(
      '\uFEFFServer;Device_Type;"BMC address";Gateway;Subnet-Mask;RACK\r\n' +
        'srv001;a1.c5.large;192.168.1.101;192.168.1.1;255.255.255.0;"r1; left"\r\n' +
        '\r\n;;;;;\r\n# spare parts\r\n' +
        ' srv002 ;"a1.c5.large";;;;\r\n',
    )
    expect(problems).toEqual([])
    expect(lines).toEqual([
      {
        line: 2,
        server: 'srv001',
        deviceType: 'a1.c5.large',
        bmcAddress: '192.168.1.101',
        gateway: '192.168.1.1',
        subnetMask: '255.255.255.0',
        rack: 'r1; left',
      },
      { line: 6, server: 'srv002', deviceType: 'a1.c5.large' },
    ])
  })

  it.each([
    ['server\tdevice type\nsrv001\ta1', 'tabs'],
    ['sep=;\nserver;device type\nsrv001;a1', 'a first line of Excel'],
    ['HOST NAME,type\nsrv001,a1', 'other words'],
    ['device type,server\na1,srv001\n', 'another order'],
    ['server,device type\nsrv001,a1', 'no end of line'],
    ['server;device type;;\nsrv001;a1;;\n', 'empty columns at the end'],
    ['# rack "7", by ada\nserver,device type\nsrv001,a1', 'a remark with a quote'],
  ])('%j is understood: %s', (text) => {
    const { lines, problems } = readRackSheet(text)
    expect(problems).toEqual([])
    expect(lines).toMatchObject([{ server: 'srv001', deviceType: 'a1' }])
  })

  it('names every faulty line by its number', () => {
    const { lines, problems } = readRackSheet(
      `${HEAD}\nsrv001,a1,192.168.1.1\n,a1,192.168.1.2\nsrv003,a1,192.168.1.3,left\n${'x'.repeat(300)},a1,\nsrv005,a1,\n`,
    )
    expect(problems).toEqual([
      'sheet: line 3: the server is missing',
      'sheet: line 4: it has 4 cells, and there are 3 columns',
      `sheet: line 5: "${'x'.repeat(40)}…" is longer than 253 characters`,
    ])
    expect(lines.map(({ line }) => line)).toEqual([2, 6])
  })

  it.each([
    ['', 'there is nothing in it'],
    ['\n\n', 'there is nothing in it'],
    [HEAD, 'no servers below the headings'],
    ['a,'.repeat(100_000), 'it has 100000 columns; there are server, device type'],
    ['"server, or name";type\nsrv001;a1', 'there is no column "server, or name"'],
    ['srv001,a1.c5.large,192.168.1.1\n', 'the first line names the columns'],
    ['device type,bmc\na1,192.168.1.1\n', 'there is no column "server"'],
    ['server,device tipe\nsrv001,a1', 'did you mean "device type"?'],
    ['server,colour\nsrv001,red', 'there is no column "colour"; there are server, device type'],
    ['server,host\na,b', 'two columns for server'],
    [`${HEAD}\n"srv001,a1,x\nsrv002,a1,y\n`, 'check its quotes'],
    [`${HEAD}\nsrv\u0000001,a1,`, 'it is no text'],
    [`${HEAD}\n${'srv001,a1,\n'.repeat(1001)}`, 'it has 1001 servers; at most 1000'],
    [`${HEAD}\n${'x'.repeat(LARGEST_SHEET)}`, 'larger than 256 KiB'],
  ])('%j is refused', (text, words) => {
    const { lines, problems } = readRackSheet(text)
    expect(problems.join('\n')).toContain(words)
    expect(lines).toEqual([])
  })

  it('is never more than it says, whatever is in it', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        const { lines, problems } = readRackSheet(`${HEAD}\n${text}`)
        expect(lines.length + problems.length).toBeGreaterThan(0)
        for (const { server } of lines) expect(server).not.toBe('')
        for (const problem of problems) expect(problem).toMatch(/^sheet: /)
      }),
      { numRuns: 1000 },
    )
  })
})
