/** The page's own modules. They are JavaScript for the browser; those named here need nothing of it. */
const load = (file: string): Promise<unknown> => import(new URL(`../../../page/text/${file}`, import.meta.url).href)

export interface Node {
  readonly type: 'text' | 'link' | 'mention' | 'emoji' | 'date'
  readonly text?: string
  readonly url?: string
  readonly id?: string
  readonly kind?: string
  readonly name?: string
  readonly label?: string
  readonly seconds?: number
  readonly fallback?: string
  readonly children?: readonly Node[]
  readonly style: Readonly<Record<string, boolean>>
}

export interface Block {
  readonly type: string
  readonly children?: readonly Node[]
  readonly blocks?: readonly Block[]
  readonly items?: readonly (readonly Block[])[]
  readonly rows?: readonly (readonly (readonly Node[])[])[]
}

export const { parseMrkdwn } = (await load('mrkdwn.js')) as {
  parseMrkdwn: (text: string, options?: { verbatim?: boolean }) => Block[]
}
export const { parseMarkdown } = (await load('markdown.js')) as { parseMarkdown: (text: string) => Block[] }
export const { formatDate } = (await load('dates.js')) as {
  formatDate: (seconds: number, format: string, now?: number) => string | undefined
}

/** All leaves of what was parsed, in order. */
export function leavesOf(blocks: readonly Block[]): Node[] {
  const ofNodes = (nodes: readonly Node[]): Node[] =>
    nodes.flatMap((node) => (node.type === 'link' ? [node, ...ofNodes(node.children ?? [])] : [node]))
  return blocks.flatMap((block) => [
    ...ofNodes(block.children ?? []),
    ...leavesOf(block.blocks ?? []),
    ...(block.items ?? []).flatMap((item) => leavesOf(item)),
    ...(block.rows ?? []).flatMap((row) => row.flatMap((cell) => ofNodes(cell))),
  ])
}

/** Their words, with marks for what is no text. */
export function wordsOf(blocks: readonly Block[]): string {
  return leavesOf(blocks)
    .map((node) =>
      node.type === 'text'
        ? node.text
        : node.type === 'mention'
          ? `{${node.kind} ${node.id}}`
          : node.type === 'emoji'
            ? `{${node.name}}`
            : '',
    )
    .join('')
}
