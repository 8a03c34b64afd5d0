import { describe, expect, it } from 'vitest'
import { isHwError } from '../../src/errors.ts'
import { parseRequest } from '../../src/provisioning/request.ts'

const problems = (input: unknown): readonly string[] => {
  try {
    parseRequest(input)
  } catch (error) {
    if (!isHwError(error)) throw error
    expect(error).toMatchObject({ code: 'request.invalid', kind: 'invalid', retryable: false })
    return error.context['problems'] as string[]
  }
  return []
}

describe('a provisioning request', () => {
  it('is taken as it is when everything in it is right', () => {
    const request = {
      serverId: 'srv001.maas',
      deviceType: 'a1.c5.large',
      targetIpmiIp: '192.168.1.100',
      gateway: '192.168.1.1',
      subnetMask: '255.255.255.0',
      timeout: '90m',
      retryCount: 0,
      recommission: true,
      leaveOn: 'rescue' as const,
    }
    expect(parseRequest(request)).toEqual(request)
  })

  it.each([
    ['a shell command', 'srv001; reboot'],
    ['a path', '../../etc/passwd'],
    ['a query', 'srv001?op=release'],
    ['a line break', 'srv001\nsrv002'],
    ['chat markup', '<!channel>'],
    ['a blank', ' srv001'],
    ['an option', '-o'],
    ['unicode that looks like a letter', 'srv００1'],
    ['nothing', ''],
    ['too much', 'a'.repeat(300)],
  ])('refuses a server name that is %s', (_, serverId) => {
    expect(problems({ serverId, deviceType: 'a1.c5.large' }).join()).toContain('serverId')
  })

  it.each(['255.0.255.0', '0.0.0.0', '255.255.255.1', '/24'])('refuses the subnet mask %s', (subnetMask) => {
    const found = problems({ serverId: 'srv001', deviceType: 'x', targetIpmiIp: '10.0.0.9', subnetMask })
    expect(found).toHaveLength(1)
    expect(found[0]).toContain('subnetMask')
  })

  it('names every wrong field at once, with its value and what was expected', () => {
    const found = problems({
      serverId: 'a b',
      deviceType: 'x y',
      targetIpmiIp: '192.168.1.300',
      timeout: '-5',
      retryCount: 1.5,
      leaveOn: 'on',
    })
    expect(found).toHaveLength(6)
    expect(found.join('\n')).toMatch(
      /targetIpmiIp: expected an IPv4 address such as 192\.168\.1\.100, got "192\.168\.1\.300"/,
    )
    expect(found.join('\n')).toMatch(/leaveOn: expected "rescue"/)
  })

  it('refuses the firmware parameters in words', () => {
    expect(problems({ serverId: 'srv001', deviceType: 'a1.c5.large', firmwareFirst: true }).join()).toContain(
      'not available in this version',
    )
    expect(problems({ serverId: 'srv001', deviceType: 'a1.c5.large', firmwarePolicy: 'latest' }).join()).toContain(
      'not available in this version',
    )
  })

  it('refuses a gateway or mask without an address they belong to', () => {
    expect(problems({ serverId: 'srv001', deviceType: 'a1.c5.large', gateway: '192.168.1.1' }).join()).toContain(
      'goes with targetIpmiIp',
    )
  })

  it('refuses a key that it does not know', () => {
    expect(problems({ serverId: 'srv001', deviceType: 'a1.c5.large', targetIp: '192.168.1.100' }).join()).toContain(
      'targetIp',
    )
  })
})

describe('a time-out', () => {
  it.each([1e13, 30 * 86_400 + 1, '9999999999d', '31d', '0s', Number.MAX_VALUE])(
    'of %s is refused, naming field and value',
    (timeout) => {
      const [problem, ...others] = problems({ serverId: 'srv001', deviceType: 'a1.c5.large', timeout })
      expect(others).toEqual([])
      expect(problem).toMatch(/^timeout: .*at most 30 days/)
      expect(problem).toContain(JSON.stringify(timeout))
    },
  )

  it.each([0.5, 30 * 86_400, '30d', ' 1.5 h '])('of %s is taken', (timeout) => {
    expect(problems({ serverId: 'srv001', deviceType: 'a1.c5.large', timeout })).toEqual([])
  })
})
