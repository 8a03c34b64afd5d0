/** Linux signal numbers (signal(7), x86 and arm) that a simulated host knows. */
export const signalNumbers = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ILL: 4,
  TRAP: 5,
  ABRT: 6,
  BUS: 7,
  FPE: 8,
  KILL: 9,
  USR1: 10,
  SEGV: 11,
  USR2: 12,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
  CHLD: 17,
  CONT: 18,
  STOP: 19,
  TSTP: 20,
  TTIN: 21,
  TTOU: 22,
  WINCH: 28,
} as const

export type Signal = keyof typeof signalNumbers

/** strsignal's text, as a shell prints it for a foreground job that was killed. */
export const signalTexts: Readonly<Partial<Record<Signal, string>>> = {
  HUP: 'Hangup',
  QUIT: 'Quit',
  ABRT: 'Aborted',
  KILL: 'Killed',
  USR1: 'User defined signal 1',
  USR2: 'User defined signal 2',
  SEGV: 'Segmentation fault',
  ALRM: 'Alarm clock',
  TERM: 'Terminated',
}

/** `TERM`, `SIGTERM` or `15`; undefined for anything else. */
export function parseSignal(text: string): Signal | 0 | undefined {
  if (text === '0' || text === 'EXIT') return 0
  const name = text.toUpperCase().replace(/^SIG/, '')
  if (Object.hasOwn(signalNumbers, name)) return name as Signal
  const byNumber = Object.entries(signalNumbers).find(([, number]) => String(number) === text)
  return byNumber?.[0] as Signal | undefined
}

/** What an unhandled, unignored signal does to a process. */
export function defaultAction(signal: Signal): 'ignore' | 'stop' | 'continue' | 'terminate' {
  if (signal === 'CHLD' || signal === 'WINCH') return 'ignore'
  if (signal === 'STOP' || signal === 'TSTP' || signal === 'TTIN' || signal === 'TTOU') return 'stop'
  return signal === 'CONT' ? 'continue' : 'terminate'
}
