/** chmod's mode, octal or symbolic (`u+x`, `go=`, `a+rX`); undefined when it is neither. */
export function applyMode(text: string, mode: number, isDirectory: boolean): number | undefined {
  if (/^[0-7]{1,5}$/.test(text)) return Number.parseInt(text, 8)
  let result = mode
  for (const clause of text.split(',')) {
    const match = /^([ugoa]*)([-+=])([rwxXst]*)$/.exec(clause)
    if (match === null) return undefined
    const [, who = '', operator, permissions = ''] = match
    const executable = isDirectory || (result & 0o111) !== 0
    let bits = 0
    for (const letter of permissions) bits |= { r: 4, w: 2, x: 1, X: executable ? 1 : 0 }[letter] ?? 0
    let mask = 0
    for (const [letter, shift] of [
      ['u', 6],
      ['g', 3],
      ['o', 0],
    ] as const) {
      if (who !== '' && !who.includes('a') && !who.includes(letter)) continue
      mask |= bits << shift
      if (operator === '=') result &= ~(7 << shift)
    }
    if (permissions.includes('t')) mask |= 0o1000
    result = operator === '-' ? result & ~mask : result | mask
  }
  return result
}
