export interface User {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly home: string
  readonly shell: string
  readonly groups: readonly (readonly [number, string])[]
}

/** Users of an Ubuntu cloud image: those who matter. */
export const users: readonly User[] = [
  { name: 'root', uid: 0, gid: 0, home: '/root', shell: '/bin/bash', groups: [[0, 'root']] },
  {
    name: 'ubuntu',
    uid: 1000,
    gid: 1000,
    home: '/home/ubuntu',
    shell: '/bin/bash',
    groups: [
      [1000, 'ubuntu'],
      [4, 'adm'],
      [20, 'dialout'],
      [24, 'cdrom'],
      [25, 'floppy'],
      [27, 'sudo'],
      [29, 'audio'],
      [30, 'dip'],
      [44, 'video'],
      [46, 'plugdev'],
      [119, 'netdev'],
      [120, 'lxd'],
    ],
  },
]

const nobody: User = {
  name: 'nobody',
  uid: 65_534,
  gid: 65_534,
  home: '/nonexistent',
  shell: '/usr/sbin/nologin',
  groups: [[65_534, 'nogroup']],
}

export function userOf(uid: number): User {
  return users.find((user) => user.uid === uid) ?? nobody
}

export function userNamed(name: string): User | undefined {
  return users.find((user) => user.name === name)
}

/** `groups` by name; undefined for an unknown one. */
export function groupNamed(name: string): number | undefined {
  return users.flatMap(({ groups }) => groups).find(([, group]) => group === name)?.[0]
}

export function groupName(gid: number): string {
  return users.flatMap(({ groups }) => groups).find(([id]) => id === gid)?.[1] ?? String(gid)
}
