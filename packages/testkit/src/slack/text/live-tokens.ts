/** Mentions and links that Slack would make of a text. */
export interface LiveTokens {
  readonly mentions: readonly string[]
  readonly links: readonly string[]
}

/**
 * docs.slack.dev/messaging/formatting-message-text: what stands in angle brackets is live, entities are not. In code too, which is assumed, and bare URLs, but not bare domains.
 * `markdown`: links of standard Markdown are live as well (PostHog/posthog#95054). `verbatim`: bare URLs are left alone.
 */
export function liveTokens(text: string, kind: 'mrkdwn' | 'verbatim' | 'markdown' = 'mrkdwn'): LiveTokens {
  const mentions: string[] = []
  const links: string[] = []
  const rest = text.replaceAll(/<([^<>\n]+)>/g, (all, inside: string) => {
    const [target = ''] = inside.split('|')
    if (/^@[UW][A-Z0-9]+$/.test(target)) mentions.push(target)
    else if (/^!subteam\^S[A-Z0-9]+$/.test(target)) mentions.push(target)
    else if (/^!(here|channel|everyone|group)$/.test(target)) mentions.push(target)
    else if (/^(https?:|mailto:|ftp:|slack:|tel:)/i.test(target)) links.push(target)
    else return all
    return ' '
  })
  const plain = kind === 'markdown' ? withoutMarkdownLinks(rest, links) : rest
  // A bare URL becomes a link unless the text says `verbatim`.
  if (kind === 'verbatim') return { mentions, links }
  for (const [url] of plain.matchAll(/https?:\/\/[^\s<>|"'`]+/gi)) links.push(url)
  return { mentions, links }
}

function withoutMarkdownLinks(text: string, links: string[]): string {
  return text.replaceAll(/\]\(\s*([^\s)]+)[^)]*\)/g, (_all, url: string) => {
    links.push(url)
    return ' '
  })
}
