import path from 'node:path'
import ts from 'typescript'

/** A program text that stands in a page. */
export interface Snippet {
  /** Where it stands, e.g. `docs/simulator.md:12`. */
  readonly place: string
  readonly text: string
}

/**
 * What the compiler says about snippets, under the repository's own settings, each as a module of its own in `folder`.
 * `globals` declares the names that a page takes for granted.
 */
export function typeFaults(folder: string, snippets: readonly Snippet[], globals: string): string[] {
  const files = new Map<string, Snippet>(
    snippets.map((snippet, index) => [
      path.join(folder, `snippet-${index}.ts`),
      { place: snippet.place, text: `${snippet.text}\nexport {}\n` },
    ]),
  )
  files.set(path.join(folder, 'snippet-globals.ts'), { place: 'the globals', text: globals })
  const options: ts.CompilerOptions = {
    ...settings(folder),
    noEmit: true,
    noUnusedLocals: false,
    noUnusedParameters: false,
  }
  const real = ts.createCompilerHost(options)
  const host: ts.CompilerHost = {
    ...real,
    fileExists: (name) => files.has(path.normalize(name)) || real.fileExists(name),
    readFile: (name) => files.get(path.normalize(name))?.text ?? real.readFile(name),
    getSourceFile: (name, target, ...rest) => {
      const snippet = files.get(path.normalize(name))
      return snippet === undefined
        ? real.getSourceFile(name, target, ...rest)
        : ts.createSourceFile(name, snippet.text, target, true)
    },
  }
  const program = ts.createProgram({ rootNames: [...files.keys()], options, host })
  return [...files].flatMap(([name, { place }]) => {
    const file = program.getSourceFile(name)
    const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]
    return found.map(({ messageText, start = 0 }) => {
      const line = (file?.getLineAndCharacterOfPosition(start).line ?? 0) + 1
      return `${place}, line ${line} of the snippet: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
    })
  })
}

function settings(folder: string): ts.CompilerOptions {
  const file = ts.findConfigFile(folder, (name) => ts.sys.fileExists(name)) ?? ''
  const { config } = ts.readConfigFile(file, (name) => ts.sys.readFile(name)) as { config: unknown }
  return ts.parseJsonConfigFileContent(config, ts.sys, path.dirname(file)).options
}
