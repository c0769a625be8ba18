import type { WebClient } from '@slack/web-api'
import type { Config } from '../contract/config.ts'
import { IotLogError, type Problem, ProblemCollector, ProblemsError } from '../contract/errors.ts'
import { nearest } from '../contract/nearest.ts'
import { exitCodes } from '../contract/result.ts'
import { troubleOf } from '../report/slack/answers.ts'
import { botScopes, manifestJson } from '../report/slack/manifest.ts'
import { usageMarkdown, usageTitle } from '../report/slack/usage.ts'
import type { Command, CommandContext } from './command.ts'
import type { FlagSpec } from './flags.ts'
import { configFlags, loadConfig } from './settings.ts'

const flags: Readonly<Record<string, FlagSpec>> = {
  url: { value: 'URL', help: 'manifest: the URL of the ingress, https://… (default: a placeholder to fill in)' },
  channel: { value: 'ID', help: 'canvas: publish to the canvas of this channel, such as C0123456789' },
  canvas: { value: 'ID', help: 'canvas: replace the content of this published canvas, such as F0123456789' },
  ...configFlags
}

interface Verb {
  /** The flags that it takes. */
  readonly flags: readonly string[]
  run(context: CommandContext): Promise<void>
}

const verbs: Readonly<Record<string, Verb>> = {
  manifest: { flags: ['url'], run: printManifest },
  canvas: { flags: ['channel', 'canvas'], run: publishCanvas }
}

/** `iot-log slack …`: sets up the Slack app. */
export const slackCommand: Command = {
  summary: {
    'slack manifest': 'print the manifest of the Slack app',
    'slack canvas': 'publish the usage page to the canvas of a Slack channel'
  },
  flags,
  help: () => ({
    about: [
      'Set up the Slack app. manifest prints the app manifest of this configuration; paste it at api.slack.com/apps.',
      'canvas publishes a page with the frequent commands to the canvas of a channel.'
    ],
    usage: [
      'iot-log slack manifest [--url https://…]',
      'iot-log slack canvas --channel ID',
      'iot-log slack canvas --canvas ID'
    ],
    notes: [
      'canvas needs the bot token, with the scope canvases:write, in SLACK_BOT_TOKEN. The bot must be in the channel.',
      'If the channel has a canvas already, it stays, and the page becomes a new tab.'
    ],
    examples: [
      'iot-log slack manifest --url https://abc.lambda-url.ap-northeast-1.on.aws > manifest.json',
      'iot-log slack canvas --channel C0123456789'
    ]
  }),
  run: async (context) => {
    const { words, values, problems } = context.typed
    const verb = Object.hasOwn(verbs, words[0] ?? '') ? verbs[words[0]!] : undefined
    const wrong = verb ? misplaced(verb, words, [...values.keys()]) : [unknownVerb(words[0] ?? '')]
    if (!verb || problems.length + wrong.length > 0) throw new ProblemsError('wrong-words', [...problems, ...wrong])
    await verb.run(context)
    return exitCodes.complete
  }
}

function misplaced(verb: Verb, [name, ...more]: readonly string[], typed: readonly string[]): Problem[] {
  const known = [...verb.flags, ...Object.keys(configFlags)]
  return [
    ...more.map((word) => ({ subject: word, text: `"${word}" is an extra word` })),
    ...typed
      .filter((flag) => !known.includes(flag))
      .map((flag) => ({ subject: `--${flag}`, text: `${name} takes no --${flag}` }))
  ]
}

function unknownVerb(verb: string): Problem {
  const near = nearest(verb, Object.keys(verbs))
  const usage = 'usage: iot-log slack manifest, or iot-log slack canvas --channel ID'
  const text = near === undefined ? usage : `"${verb}" is not a subcommand of slack: did you mean ${near}?`
  return { subject: verb, text }
}

async function printManifest({ typed, surroundings, terminal }: CommandContext): Promise<void> {
  const problems = new ProblemCollector()
  const config = loadConfig(typed, surroundings)
  const baseUrl = problems.take(() => baseUrlOf(typed.values.get('url')))
  problems.throwIfAny()
  const { region = 'REGION' } = config.environments.get(config.defaultEnvironment)!
  const url = baseUrl ?? `https://FILL-IN.lambda-url.${region}.on.aws`
  if (!baseUrl) terminal.error.write('Replace the URL of the ingress, or print the manifest with --url.\n')
  await terminal.print(`${manifestJson(config, url)}\n`)
}

/** Slack sends commands to https only. */
function baseUrlOf(typed: string | undefined): string | undefined {
  if (typed === undefined) return undefined
  const url = URL.parse(typed)
  const isBase = url?.protocol === 'https:' && url.username === '' && url.search === '' && url.hash === ''
  if (isBase) return (url.origin + url.pathname).replace(/\/+$/, '')
  const text = `--url ${typed}: must be the URL of the ingress, such as https://abc.lambda-url.ap-northeast-1.on.aws`
  throw new ProblemsError('wrong-words', [{ subject: typed, text }])
}

async function publishCanvas(context: CommandContext): Promise<void> {
  const { typed, surroundings, terminal } = context
  const problems = new ProblemCollector()
  const config = loadConfig(typed, surroundings)
  const place = problems.take(() => canvasPlace(typed.values))
  const token = problems.take(() => botToken(surroundings.environment))
  problems.throwIfAny()
  const client = await openClient(token!, context)
  const canvas = await publish(client, place!, config).catch((error: unknown) => {
    context.signal.throwIfAborted()
    throw canvasError(error)
  })
  await terminal.print(`Published: canvas ${canvas}\nTo update it: iot-log slack canvas --canvas ${canvas}\n`)
}

type CanvasPlace = { readonly channel: string } | { readonly canvas: string }

function canvasPlace(values: ReadonlyMap<string, string>): CanvasPlace {
  const [channel, canvas] = [values.get('channel'), values.get('canvas')]
  const wrong = (subject: string, text: string): never => {
    throw new ProblemsError('wrong-words', [{ subject, text }])
  }
  if (channel !== undefined && canvas !== undefined) return wrong('--canvas', 'give --channel or --canvas, not both')
  if (channel !== undefined) {
    if (/^[CG][A-Z0-9]{2,20}$/.test(channel)) return { channel }
    return wrong(
      channel,
      `--channel ${channel}: must be the id of a channel, such as C0123456789 (at the end of its details)`
    )
  }
  if (canvas === undefined) return wrong('', 'canvas needs a channel: --channel ID')
  if (/^F[A-Z0-9]{2,20}$/.test(canvas)) return { canvas }
  return wrong(canvas, `--canvas ${canvas}: must be the id of a canvas, such as F0123456789`)
}

function botToken({ SLACK_BOT_TOKEN: token }: Readonly<Record<string, string | undefined>>): string {
  if (token) return token
  const text = 'SLACK_BOT_TOKEN is not set: it must be the Bot User OAuth Token of the app, which begins with xoxb-'
  throw new ProblemsError('wrong-words', [{ subject: 'SLACK_BOT_TOKEN', text }])
}

const publishMs = 20_000

/** Commands that don't need the client don't load it. */
async function openClient(token: string, { signal, surroundings }: CommandContext): Promise<WebClient> {
  const { createWebClient } = await import('../report/slack/calls.ts')
  const apiUrl = surroundings.environment.SLACK_API_URL || undefined
  const ends = AbortSignal.any([signal, AbortSignal.timeout(publishMs)])
  return createWebClient({ token, apiUrl, fetch, signal: ends })
}

/** For these errors the page becomes a tab: the channel has its one canvas already, or may not have one. */
const tabInstead = [
  'channel_canvas_already_exists',
  'free_team_canvas_tab_already_exists',
  'team_tier_cannot_create_channel_canvases',
  'channel_canvas_creation_failed'
]

async function publish(client: WebClient, place: CanvasPlace, config: Config): Promise<string> {
  const content = { type: 'markdown', markdown: usageMarkdown(config) } as const
  if ('canvas' in place) {
    await client.canvases.edit({
      canvas_id: place.canvas,
      changes: [{ operation: 'replace', document_content: content }]
    })
    return place.canvas
  }
  const made = { channel_id: place.channel, title: usageTitle, document_content: content }
  const created = await client.conversations.canvases.create(made).catch((error: unknown) => {
    if (tabInstead.includes(troubleOf(error).code)) return client.canvases.create(made)
    throw error
  })
  return created.canvas_id ?? ''
}

const canvasAdvice: Readonly<Record<string, string>> = {
  channel_not_found: 'the channel does not exist, or the bot is not in it: type /invite @iot-log there',
  not_in_channel: 'the bot is not in the channel: type /invite @iot-log there',
  canvas_not_found: 'the canvas does not exist, or the bot may not edit it',
  canvas_disabled_user_team: 'canvases are disabled in this workspace',
  canvas_tab_creation_failed: 'the channel can have no more canvases: replace one with --canvas ID',
  restricted_action: 'the workspace does not allow the bot to do that',
  missing_scope: `the app lacks a scope: install it again with the manifest (${botScopes.join(', ')})`,
  invalid_auth: 'the token in SLACK_BOT_TOKEN is not valid',
  token_revoked: 'the token in SLACK_BOT_TOKEN was revoked',
  'rate-limited': 'too many calls: retry in a minute',
  'no-answer': 'no answer from Slack'
}

/** Slack's error as text. Without its cause: the errors of the client may contain secrets. */
function canvasError(error: unknown): IotLogError {
  const { code } = troubleOf(error)
  return new IotLogError('unavailable', `Slack rejected the canvas: ${canvasAdvice[code] ?? code}`)
}
