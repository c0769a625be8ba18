import type { Config } from '../../contract/config.ts'
import { clip } from './text.ts'

/** The slash command, as it is typed. */
export const slashCommand = '/iot-log'
/** Where Slack sends commands and presses of buttons, below the ingress's URL. */
const ingressPaths = { commands: '/slack/commands', interactive: '/slack/interactive' } as const

/** What the app asks for, and what each is for. */
export const botScopes = [
  // The slash command.
  'commands',
  // Messages, also in public channels that the bot is not in.
  'chat:write',
  'chat:write.public',
  // Recognising guests and people of other organisations, who are refused.
  'users:read',
  // `iot-log slack canvas`.
  'canvases:write'
] as const

/**
 * The app manifest of a configuration (https://docs.slack.dev/reference/app-manifest), in JSON: paste it at
 * api.slack.com/apps. Only the signing secret and the bot's token are needed then.
 * @param baseUrl of the ingress, without a slash at its end
 */
export function manifestJson(config: Config, baseUrl: string): string {
  const { categories } = config.environments.get(config.defaultEnvironment)!
  const environments = [...config.environments.keys()]
  const words = [
    '<identifier>',
    [...categories.keys()].join(','),
    '2023/10/01',
    ...(environments.length > 1 ? [`[${environments.join('|')}]`] : [])
  ]
  const manifest = {
    _metadata: { major_version: 2, minor_version: 1 },
    display_information: {
      name: 'IoT Log Export',
      description: 'The logs of one device of one UTC day, as a zip'
    },
    features: {
      // A direct message is the last resort. Without the tab Slack refuses it (messages_tab_disabled).
      app_home: { home_tab_enabled: false, messages_tab_enabled: true, messages_tab_read_only_enabled: true },
      bot_user: { display_name: 'iot-log', always_online: true },
      slash_commands: [
        {
          command: slashCommand,
          url: baseUrl + ingressPaths.commands,
          description: 'Export logs of a device for a UTC day',
          usage_hint: clip(words.join(' '), 1_000),
          // Identifiers arrive as they were typed.
          should_escape: false
        }
      ]
    },
    oauth_config: { scopes: { bot: botScopes } },
    settings: {
      interactivity: { is_enabled: true, request_url: baseUrl + ingressPaths.interactive },
      org_deploy_enabled: false,
      socket_mode_enabled: false,
      token_rotation_enabled: false
    }
  }
  return JSON.stringify(manifest, null, 2)
}
