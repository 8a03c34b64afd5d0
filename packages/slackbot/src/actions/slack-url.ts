/** Where Slack has its response URLs: docs.slack.dev/interactivity/handling-user-interaction#message_responses, and GovSlack's. */
const HOOKS = new Set(['https://hooks.slack.com', 'https://hooks.slack-gov.com'])

/**
 * Whether an answer may be sent there. What is delivered was signed, but a secret that leaked must not make the bot call whatever stands
 * in a forged delivery: only Slack's own hooks, or the place that `apiUrl` says Slack is at (a proxy, a simulated workspace).
 */
export function isSlackUrl(url: string, apiUrl: string): boolean {
  if (!URL.canParse(url)) return false
  const { origin, username, password } = new URL(url)
  if (username !== '' || password !== '') return false
  return HOOKS.has(origin) || (URL.canParse(apiUrl) && new URL(apiUrl).origin === origin)
}
