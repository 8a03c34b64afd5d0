import { deviceStream, OpenFile, readEnd, writeEnd } from '../os/open-file.ts'
import { Pipe } from '../os/pipe.ts'
import type { Process } from '../os/process.ts'
import type { Shell } from './shell.ts'
import type { Node } from './syntax.ts'

/** Starts a subshell: everything is copied, traps are reset, and its last command takes its place. */
export function fork(shell: Shell, body: Node, replaced: Readonly<Record<number, OpenFile>> = {}): Process {
  const { process } = shell
  const kept = [...process.fds].filter(([fd]) => replaced[fd] === undefined)
  const fds = new Map(kept.map(([fd, file]) => [fd, file.retain()]))
  for (const [fd, file] of Object.entries(replaced)) fds.set(Number(fd), file)
  return process.host.fork(process, (child) => shell.cloneFor(child).runAlone(body), { fds })
}

/** Starts the commands of a pipeline, each in a subshell of its own. */
export function launch(shell: Shell, commands: readonly Node[], first?: OpenFile): Process[] {
  const children: Process[] = []
  let input: OpenFile | undefined = first
  for (const [index, command] of commands.entries()) {
    const pipe = index === commands.length - 1 ? undefined : new Pipe()
    const replaced: Record<number, OpenFile> = {}
    if (input !== undefined) replaced[0] = input
    if (pipe !== undefined) replaced[1] = new OpenFile(writeEnd(pipe))
    children.push(fork(shell, command, replaced))
    input = pipe === undefined ? undefined : new OpenFile(readEnd(pipe))
  }
  return children
}

/** `… &` without job control: stdin is /dev/null, SIGINT and SIGQUIT are ignored, the group stays the shell's. `$!` is the last of a pipeline. */
export function background(shell: Shell, node: Node): void {
  const nullDevice = shell.process.host.fs.stat('/dev/null', shell.process)
  const input = nullDevice.type === 'device' ? new OpenFile(deviceStream(nullDevice)) : undefined
  const commands = node.kind === 'pipeline' && !node.negated ? node.commands : [node]
  for (const child of launch(shell, commands, input)) {
    child.ignored.add('INT')
    child.ignored.add('QUIT')
    shell.jobs.set(child.pid, child)
    shell.lastBackground = child.pid
  }
  shell.status = 0
}

/** `$(…)`: the output without its trailing newlines. */
export async function substitute(shell: Shell, body: Node): Promise<string> {
  const pipe = new Pipe()
  const child = fork(shell, body, { 1: new OpenFile(writeEnd(pipe)) })
  const reader = readEnd(pipe)
  const chunks: Buffer[] = []
  for (;;) {
    const chunk = await reader.read(65_536, shell.process.block)
    if (chunk.length === 0) break
    chunks.push(chunk)
  }
  shell.substitutionStatus = await shell.waitFor(child)
  return Buffer.concat(chunks).toString('utf8').replaceAll('\0', '').replace(/\n+$/, '')
}
