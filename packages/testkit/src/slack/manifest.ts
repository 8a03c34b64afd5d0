import { wordOf } from './json.ts'
import { installAnything, type Installation } from './installation.ts'
import { manifestFaults } from './manifest-rules.ts'
import type { SlackJson, SlackObject } from './workspace.ts'

/**
 * Reads an app manifest as `apps.manifest.create` does.
 *
 * @throws Error naming everything in it that Slack would refuse
 */
export function readManifest(given: object | undefined, requestUrl: string | undefined): Installation {
  if (given === undefined) return installAnything(requestUrl)
  const manifest = structuredClone(given) as SlackObject
  const faults = manifestFaults(manifest)
  if (faults.length > 0)
    throw new Error(
      `Slack refuses this manifest:\n${faults.map(({ pointer, message }) => `- ${pointer}: ${message}`).join('\n')}`,
    )
  const features = object(manifest['features'])
  const settings = object(manifest['settings'])
  const home = object(features['app_home'])
  return {
    manifest,
    scopes: new Set(strings(object(object(manifest['oauth_config'])['scopes'])['bot'])),
    commands: new Map(
      objects(features['slash_commands']).map((command) => [
        wordOf(command['command']),
        {
          escapes: command['should_escape'] === true,
          usage: wordOf(command['usage_hint'] ?? ''),
          description: wordOf(command['description'] ?? ''),
        },
      ]),
    ),
    shortcuts: objects(features['shortcuts']).map((shortcut) => ({
      kind: shortcut['type'] === 'message' ? ('message' as const) : ('global' as const),
      callbackId: wordOf(shortcut['callback_id']),
      name: wordOf(shortcut['name']),
    })),
    events: new Set(strings(object(settings['event_subscriptions'])['bot_events'])),
    socketMode: settings['socket_mode_enabled'] === true,
    interactivity: object(settings['interactivity'])['is_enabled'] === true,
    homeTab: home['home_tab_enabled'] === true,
    messagesTab: home['messages_tab_enabled'] !== false,
    requestUrl,
  }
}

function object(value: SlackJson | undefined): SlackObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {}
}

function objects(value: SlackJson | undefined): readonly SlackObject[] {
  return Array.isArray(value) ? value.map(object) : []
}

function strings(value: SlackJson | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}
