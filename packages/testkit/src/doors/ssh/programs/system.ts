import { groupName, userNamed, userOf } from '../os/users.ts'
import { badOption, complain, parseOptions, type Program, quote } from './program.ts'

const id: Program = async (process) => {
  const { flags, operands, bad } = parseOptions(process.argv.slice(1), ['u', 'g', 'G', 'n', 'r', 'un', 'gn'])
  if (bad !== undefined) return badOption(process, bad)
  const [name] = operands
  const user = name === undefined ? userOf(process.uid) : userNamed(name)
  if (user === undefined) return complain(process, `${quote(name ?? '')}: no such user`)
  const named = flags.has('n')
  if (flags.has('u')) await process.out(`${named ? user.name : user.uid}\n`)
  else if (flags.has('g')) await process.out(`${named ? groupName(user.gid) : user.gid}\n`)
  else if (flags.has('G')) await process.out(`${user.groups.map(([gid, group]) => (named ? group : gid)).join(' ')}\n`)
  else
    await process.out(
      `uid=${user.uid}(${user.name}) gid=${user.gid}(${groupName(user.gid)}) groups=${user.groups.map(([gid, group]) => `${gid}(${group})`).join(',')}\n`,
    )
  return 0
}

const whoami: Program = async (process) => {
  await process.out(`${userOf(process.uid).name}\n`)
  return 0
}

const uname: Program = async (process) => {
  const { flags, bad } = parseOptions(process.argv.slice(1), [
    'a',
    's',
    'n',
    'r',
    'v',
    'm',
    'p',
    'i',
    'o',
    'all',
    'machine',
    'kernel-release',
  ])
  if (bad !== undefined) return badOption(process, bad)
  const { hostname, model } = process.host.machine
  const fields = {
    s: 'Linux',
    n: hostname,
    r: '5.15.0-105-generic',
    v: '#115-Ubuntu SMP Mon Apr 15 09:52:04 UTC 2024',
    m: model.machine,
    p: model.machine,
    i: model.machine,
    o: 'GNU/Linux',
  }
  const long: Readonly<Record<string, string>> = { machine: 'm', 'kernel-release': 'r' }
  const wanted = new Set([...flags].map((flag) => long[flag] ?? flag))
  const letters = Object.keys(fields) as (keyof typeof fields)[]
  const shown =
    wanted.has('a') || wanted.has('all')
      ? letters
      : wanted.size === 0
        ? (['s'] as const)
        : letters.filter((letter) => wanted.has(letter))
  await process.out(`${shown.map((letter) => fields[letter]).join(' ')}\n`)
  return 0
}

const hostname: Program = async (process) => {
  const { hostname: name } = process.host.machine
  const [option] = process.argv.slice(1)
  const text =
    option === '-I' ? `${process.host.boot.address} ` : option === '-f' || option === '--fqdn' ? `${name}.maas` : name
  await process.out(`${text}\n`)
  return 0
}

const date: Program = async (process) => {
  const { flags, values, operands, bad } = parseOptions(process.argv.slice(1), [
    'u',
    'R',
    'utc',
    'I',
    'Iseconds',
    'd:',
    'date:',
    'iso-8601',
  ])
  if (bad !== undefined && !bad.includes('iso-8601')) return badOption(process, bad)
  const given = values.get('d') ?? values.get('date')
  const ms =
    given === undefined
      ? process.host.clock.now()
      : given.startsWith('@')
        ? Number(given.slice(1)) * 1000
        : Date.parse(given)
  if (Number.isNaN(ms)) return complain(process, `invalid date ${quote(given ?? '')}`)
  const time = new Date(ms)
  const format = operands.find((operand) => operand.startsWith('+'))?.slice(1)
  const plain = flags.has('R')
    ? '%a, %d %b %Y %H:%M:%S +0000'
    : flags.has('I')
      ? '%Y-%m-%d'
      : '%a %b %e %H:%M:%S UTC %Y'
  await process.out(`${strftime(format ?? plain, time)}\n`)
  return 0
}

const uptime: Program = async (process) => {
  const { host } = process
  const seconds = Math.floor((host.clock.now() - host.bootedAt) / 1000)
  if (process.argv.includes('-s')) {
    await process.out(`${strftime('%Y-%m-%d %H:%M:%S', new Date(host.bootedAt))}\n`)
    return 0
  }
  const minutes = Math.floor(seconds / 60)
  const up =
    minutes < 60
      ? `${minutes} min`
      : `${String(Math.floor(minutes / 60)).padStart(2)}:${String(minutes % 60).padStart(2, '0')}`
  await process.out(
    ` ${strftime('%H:%M:%S', new Date(host.clock.now()))} up ${up},  0 users,  load average: 0.00, 0.00, 0.00\n`,
  )
  return 0
}

/** iproute2 `ip`: `-o`/`-4`/`-br` addr, link, route. */
const ip: Program = async (process) => {
  const args = process.argv.slice(1)
  const flags = args.filter((arg) => arg.startsWith('-'))
  const [object = '', ...rest] = args.filter((arg) => !arg.startsWith('-'))
  const { machine, boot } = process.host
  const [boots, ...others] = machine.nics
  const prefix = 24
  if (/^a(?:d(?:dr(?:ess)?)?)?$/.test(object)) {
    const rows = [
      ['lo', '127.0.0.1/8', 'host', '00:00:00:00:00:00'],
      [boots?.name ?? 'eth0', `${boot.address}/${prefix}`, 'global', boots?.mac ?? ''],
    ]
    const only = rest.includes('dev') ? rest[rest.indexOf('dev') + 1] : undefined
    for (const [index, [name = '', address = '', scope = '', mac = '']] of rows.entries()) {
      if (only !== undefined && only !== name) continue
      const tail =
        scope === 'host'
          ? 'scope host lo\\       valid_lft forever preferred_lft forever'
          : `brd ${boot.address.replace(/\.\d+$/, '.255')} scope global ${name}\\       valid_lft forever preferred_lft forever`
      if (flags.includes('-o')) await process.out(`${index + 1}: ${name}    inet ${address} ${tail}\n`)
      else if (flags.includes('-br') || flags.includes('-brief'))
        await process.out(`${name.padEnd(16)} ${scope === 'host' ? 'UNKNOWN' : 'UP     '}        ${address} \n`)
      else
        await process.out(
          `${index + 1}: ${name}: <UP,LOWER_UP> mtu 1500 qdisc mq state UP group default qlen 1000\n    link/${scope === 'host' ? 'loopback' : 'ether'} ${mac} brd ff:ff:ff:ff:ff:ff\n    inet ${address} ${tail.replace('\\       ', '\n       ')}\n`,
        )
    }
    return 0
  }
  if (/^l(?:ink)?$/.test(object)) {
    await process.out(
      `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN mode DEFAULT group default qlen 1000\\    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n`,
    )
    for (const [index, nic] of machine.nics.entries())
      await process.out(
        `${index + 2}: ${nic.name}: <BROADCAST,MULTICAST${others.includes(nic) ? '' : ',UP,LOWER_UP'}> mtu 1500 qdisc mq state ${others.includes(nic) ? 'DOWN' : 'UP'} mode DEFAULT group default qlen 1000\\    link/ether ${nic.mac} brd ff:ff:ff:ff:ff:ff\n`,
      )
    return 0
  }
  if (/^r(?:oute)?$/.test(object)) {
    const gateway = boot.address.replace(/\.\d+$/, '.1')
    await process.out(
      `default via ${gateway} dev ${boots?.name ?? 'eth0'} proto dhcp src ${boot.address} metric 100 \n`,
    )
    return 0
  }
  await process.err(`Object "${object}" is unknown, try "ip help".\n`)
  return 1
}

const lsmod: Program = async (process) => {
  await process.out(
    `Module                  Size  Used by\n${[...process.host.modules].map((name) => `${name.padEnd(19)} ${'16384'.padStart(9)}  0\n`).join('')}`,
  )
  return 0
}

const nproc: Program = async (process) => {
  await process.out(`${process.host.machine.model.cpu.cores}\n`)
  return 0
}

const arch: Program = async (process) => {
  await process.out(`${process.host.machine.model.machine}\n`)
  return 0
}

const mountPoints: Program = async (process) => {
  await process.out(
    'overlayroot / overlay rw,relatime 0 0\nproc /proc proc rw,nosuid,nodev,noexec,relatime 0 0\nsysfs /sys sysfs rw,nosuid,nodev,noexec,relatime 0 0\ntmpfs /run tmpfs rw,nosuid,nodev,size=10% 0 0\n',
  )
  return 0
}

/** df: the root is an overlay over half of the memory. */
const df: Program = async (process) => {
  const blocks = process.host.machine.model.memoryMiB * 512
  await process.out(
    `Filesystem     1K-blocks   Used Available Use% Mounted on\noverlayroot    ${blocks}  20480 ${blocks - 20_480}   1% /\n`,
  )
  return 0
}

export const systemPrograms: Readonly<Record<string, Program>> = {
  id,
  whoami,
  uname,
  hostname,
  date,
  uptime,
  ip,
  lsmod,
  nproc,
  arch,
  df,
  mount: mountPoints,
}

function strftime(format: string, time: Date): string {
  const utc = time.toUTCString()
  const two = (n: number): string => String(n).padStart(2, '0')
  const fields: Readonly<Record<string, string>> = {
    Y: String(time.getUTCFullYear()),
    m: two(time.getUTCMonth() + 1),
    d: two(time.getUTCDate()),
    e: String(time.getUTCDate()).padStart(2),
    H: two(time.getUTCHours()),
    M: two(time.getUTCMinutes()),
    S: two(time.getUTCSeconds()),
    a: utc.slice(0, 3),
    b: utc.slice(8, 11),
    F: time.toISOString().slice(0, 10),
    T: time.toISOString().slice(11, 19),
    s: String(Math.floor(time.getTime() / 1000)),
    N: `${String(time.getTime() % 1000).padStart(3, '0')}000000`,
    Z: 'UTC',
    z: '+0000',
    n: '\n',
    '%': '%',
  }
  return format.replaceAll(/%([A-Za-z%])/g, (found, letter: string) => fields[letter] ?? found)
}
