/** Which of the tools a file is. */
export interface Personality {
  readonly tool: 'sum' | 'saa'
  readonly version: string
  /** Without the architecture, as the banner and the exports have it. */
  readonly title: string
  readonly copyright: string
  /** Dots, and escapes for colours even into a pipe: 2.14, not yet 2.5 in-band (captured of both). */
  readonly coloured: boolean
  /** The generations of boards that it serves. */
  readonly serves: (generation: string) => boolean
}

/**
 * `sum` ended with 2.14 and its successor took over with the same verbs and files. Assumed: which boards either refuses, and the
 * name and years in the successor's banner.
 */
export function personalityOf(tool: 'sum' | 'saa', version: string): Personality {
  if (tool === 'saa')
    return {
      tool,
      version,
      title: `Super Server Automation Assistant ${version} (2024/11/08)`,
      copyright: 'Copyright(C) 2013-2024 Super Micro Computer, Inc. All rights reserved.',
      coloured: true,
      serves: () => true,
    }
  const old = version.startsWith('2.5')
  return {
    tool,
    version,
    title: `Supermicro Update Manager ${version} (${old ? '2020/07/22' : '2024/02/15'})`,
    copyright: `Copyright(C) 2013-${old ? '2020' : '2024'} Super Micro Computer, Inc. All rights reserved.`,
    coloured: !old,
    serves: (generation) => (old ? generation === 'X11' : generation === 'X11' || generation === 'X12'),
  }
}

/** First on stdout: name, version and machine, the copyright, and a blank line where no dots follow. */
export function banner({ tool, version, title, copyright }: Personality): string {
  const named = tool === 'sum' ? title.replace(` ${version}`, ` (for UEFI BIOS) ${version}`) : title
  return `${named} (x86_64)\n${copyright}\n`
}
