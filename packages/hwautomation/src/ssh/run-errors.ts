import { HwError } from '../errors.ts'

/** The command was stopped, and is gone. */
export function commandTimedOut(host: string, id: string, timeoutMs: number): HwError {
  return new HwError({
    code: 'ssh.command-timeout',
    kind: 'timeout',
    message: `Run ${id} on ${host} did not end within ${timeoutMs} ms and was stopped.`,
    hint: 'Look at what it printed last; raise the time-out if it was still at work.',
    context: { host, id, timeoutMs },
  })
}

export function unfit(host: string, detail: string, stderr: string): HwError {
  const sudo = detail === 'sudo'
  return new HwError({
    code: 'ssh.unfit-host',
    kind: 'invalid',
    message: sudo
      ? `The login user on ${host} may not use sudo without a password${stderr && `: ${stderr}`}`
      : `${host} cannot run commands for us (${detail})${stderr && `: ${stderr}`}`,
    hint: sudo
      ? 'Use a login user with NOPASSWD sudo (the ephemeral OS has one), or root.'
      : 'It takes a POSIX shell, util-linux (flock, setsid), and a home with room.',
    context: { host, detail },
  })
}

export function rebooted(host: string, id: string, bootId: string): HwError {
  return new HwError({
    code: 'ssh.rebooted',
    kind: 'unknown-outcome',
    message: `${host} has been rebooted since run ${id} was intended; what the command did is on no record there.`,
    hint: 'Judge the outcome by reading the device again.',
    context: { host, id, bootId },
  })
}

export function commandLost(host: string, id: string): HwError {
  return new HwError({
    code: 'ssh.command-lost',
    kind: 'unknown-outcome',
    message: `Run ${id} on ${host} was started and has ended, but left no exit code: its runner was killed, or the disk was full.`,
    hint: 'Judge the outcome by reading the device again.',
    context: { host, id },
  })
}

export function stopped(host: string, id: string): HwError {
  return new HwError({
    code: 'ssh.stopped',
    kind: 'conflict',
    message: `Run ${id} on ${host} was stopped before its command began.`,
    hint: 'Nothing has happened on the host; run it under a new id.',
    context: { host, id },
  })
}

export function stillRunning(host: string, ids: readonly string[]): HwError {
  return new HwError({
    code: 'ssh.still-running',
    kind: 'conflict',
    message: `On ${host} these runs are still running and were not removed: ${ids.join(', ')}.`,
    hint: 'Wait for their end, or abort them.',
    context: { host, ids },
  })
}
