import { OsError } from '../os/errno.ts'
import { executeByName } from '../os/exec.ts'
import { statusOf } from '../os/process.ts'
import { userNamed, userOf } from '../os/users.ts'
import type { Program } from './program.ts'

const SECURE_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin'

/**
 * sudo 1.9 with Ubuntu's cloud-image rules: `ubuntu` may do everything without a password. The environment is reset
 * (HOME is the target's), the command runs as a child in sudo's process group, and an unprivileged user cannot signal either.
 */
export const sudo: Program = async (process) => {
  const args = process.argv.slice(1)
  let user = 'root'
  let keepsEnvironment = false
  let login = false
  while (/^-./.test(args[0] ?? '')) {
    const option = args.shift() ?? ''
    if (option === '--') break
    if (option === '-u' || option === '--user') user = args.shift() ?? ''
    else if (option === '-g' || option === '-p' || option === '-C') args.shift()
    else if (option === '-l' || option === '-v' || option === '-k' || option === '-K') return 0
    else if (option === '-V') {
      await process.out('Sudo version 1.9.9\n')
      return 0
    } else
      for (const letter of option.slice(1)) {
        if (letter === 'E') keepsEnvironment = true
        else if (letter === 'i') login = true
        else if (!'nHSsbA'.includes(letter)) {
          await process.err(`sudo: invalid option -- '${letter}'\nusage: sudo -h | -K | -k | -V\n`)
          return 1
        }
      }
  }
  const target = userNamed(user)
  if (target === undefined) {
    await process.err(`sudo: unknown user: ${user}\nsudo: error initializing audit plugin sudoers_audit\n`)
    return 1
  }
  const caller = userOf(process.uid)
  if (caller.uid !== 0 && !caller.groups.some(([, group]) => group === 'sudo')) {
    await process.err('sudo: a password is required\n')
    return 1
  }
  const environment = new Map<string, string>(keepsEnvironment ? process.env : [])
  for (const name of ['LANG', 'TERM', 'LC_ALL', 'DISPLAY']) {
    const value = process.env.get(name)
    if (value !== undefined) environment.set(name, value)
  }
  while (/^[A-Za-z_][A-Za-z0-9_]*=/.test(args[0] ?? '')) {
    const [name = '', ...value] = (args.shift() ?? '').split('=')
    environment.set(name, value.join('='))
  }
  for (const [name, value] of Object.entries({
    PATH: SECURE_PATH,
    HOME: target.home,
    USER: target.name,
    LOGNAME: target.name,
    SHELL: target.shell,
    MAIL: `/var/mail/${target.name}`,
    SUDO_USER: caller.name,
    SUDO_UID: String(caller.uid),
    SUDO_GID: String(caller.gid),
    SUDO_COMMAND: args.join(' '),
  }))
    environment.set(name, value)
  const argv = args.length === 0 || login ? [target.shell, ...(args.length === 0 ? [] : ['-c', args.join(' ')])] : args
  // sudo is setuid root: from here on its caller may not signal it.
  process.uid = 0
  process.gid = 0
  const child = process.host.fork(
    process,
    async (forked) => {
      try {
        return await executeByName(forked, argv, SECURE_PATH)
      } catch (error) {
        if (!(error instanceof OsError)) throw error
        await forked.err(
          error.code === 'ENOENT'
            ? `sudo: ${argv[0]}: command not found\n`
            : `sudo: unable to execute ${argv[0]}: ${error.message}\n`,
        )
        return 1
      }
    },
    { argv, env: environment, uid: target.uid, gid: target.gid, ...(login ? { cwd: target.home } : {}) },
  )
  for (const signal of ['TERM', 'INT', 'HUP', 'QUIT', 'USR1', 'USR2'] as const) {
    // A signal from its own group has reached the command already (sudo(8), "Signal handling").
    process.handlers.set(signal, () => {
      if (child.pgid !== process.pgid) child.receive(signal)
    })
  }
  const ended = await process.block(child.done)
  process.host.collect(child)
  if ('signal' in ended) {
    // It ends as its command did.
    process.handlers.clear()
    process.receive(ended.signal)
  }
  return statusOf(ended)
}
