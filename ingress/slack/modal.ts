import * as z from 'zod'
import type { Config } from '../../worker/contract/config.ts'
import { ProblemsError } from '../../worker/contract/errors.ts'
import { parseRequest } from '../../worker/contract/parse-request.ts'
import type { ExportRequest } from '../../worker/contract/request.ts'
import { type RequestOption, requestOptions } from '../../worker/contract/request-options.ts'
import { dayMs } from '../../worker/contract/window.ts'
import { trimSpaces } from '../../worker/contract/words.ts'
import { errorFields } from '../../worker/report/log.ts'
import { clip } from '../../worker/report/slack/text.ts'
import { RequestRefused } from '../jobs/function-url.ts'
import { isSubmittable } from '../jobs/locations.ts'
import type { Ephemeral } from './answer.ts'
import { helpText } from './help.ts'
import { decryptText, encryptText } from './private-metadata-cipher.ts'
import type { SlackRequestContext } from './request-context.ts'
import type { SlackServices } from './services.ts'

/*
 * The form that opens when the command has no words (https://docs.slack.dev/surfaces/modals). A modal knows neither the
 * channel nor the response URL of its command: both travel in its private metadata, encrypted, since the URL is a secret.
 */

export const modalCallback = 'iot-log-export'

/** Ids of blocks, and of the one element that each holds. */
const fields = ['identifier', 'category', 'date', 'environment', 'options'] as const
type Field = (typeof fields)[number]

/** Opens the form. Where it can't be opened, the person gets the help instead. */
export async function openModal(
  triggerId: string,
  responseUrl: string | null,
  context: SlackRequestContext,
  services: SlackServices
): Promise<Ephemeral | undefined> {
  const { botToken, linkKeys } = await services.secrets()
  const { config, slack, log, nowMs } = services
  if (botToken === undefined || triggerId === '') return helpText(config, context.command)
  const origin: Origin = { channel: context.asker.channel, responseUrl, command: context.command, fromMs: nowMs() }
  const metadata = encryptText(JSON.stringify(origin), ownerOf(context), linkKeys)
  const view = modalView(config, metadata, nowMs())
  const [notice, opened] = await Promise.allSettled([
    context.refuseReplay(),
    context.deadline.within('views.open', (signal) => slack.openView(botToken, triggerId, view, signal))
  ])
  if (notice.status === 'rejected' && notice.reason instanceof RequestRefused) throw notice.reason
  if (opened.status === 'fulfilled') return undefined
  log.warn('The form could not be opened', { user: context.asker.user, ...errorFields(opened.reason) })
  return helpText(config, context.command)
}

const originSchema = z.strictObject({
  channel: z.string(),
  responseUrl: z.string().nullable(),
  command: z.string(),
  fromMs: z.number()
})
/** Where and when the command was typed that opened the form. */
export type Origin = z.output<typeof originSchema>

/** Opens what {@link openModal} has encrypted for this person; undefined for anything else. */
export async function readOrigin(
  metadata: string,
  context: SlackRequestContext,
  services: SlackServices
): Promise<Origin | undefined> {
  const { linkKeys } = await services.secrets()
  const text = decryptText(metadata, ownerOf(context), linkKeys)
  return text === undefined ? undefined : originSchema.safeParse(JSON.parse(text)).data
}

const ownerOf = ({ asker }: SlackRequestContext): string => `${asker.team}/${asker.user}`

/** The view, with a day that has gone by as its date: it is complete. */
export function modalView(config: Config, metadata: string, nowMs: number): object {
  const environments = [...config.environments.values()].filter(isSubmittable).map(({ name }) => name)
  const categories = [...config.environments.get(config.defaultEnvironment)!.categories.keys()]
  const first = environments.includes(config.defaultEnvironment) ? config.defaultEnvironment : environments[0]!
  return {
    type: 'modal',
    callback_id: modalCallback,
    private_metadata: metadata,
    title: plain('Export device logs'),
    submit: plain('Export'),
    close: plain('Cancel'),
    blocks: [
      input(
        'identifier',
        'Identifier',
        {
          type: 'plain_text_input',
          placeholder: plain('THING00001'),
          max_length: 3_000
        },
        'A thing name, client id or any text of the line. Separate several with commas.'
      ),
      input('category', 'Categories', {
        type: 'multi_static_select',
        placeholder: plain('Choose'),
        options: categories.slice(0, mostOptions).map((name) => option(name))
      }),
      input(
        'date',
        'Date (UTC)',
        {
          type: 'datepicker',
          initial_date: new Date(nowMs - dayMs).toISOString().slice(0, 10)
        },
        'Days begin and end at midnight UTC. For hours and minutes, type the command with since=2h or 2023/10/01T09:15..2023/10/01T09:30 as its date.'
      ),
      input('environment', 'Environment', {
        type: 'static_select',
        options: environments.slice(0, mostOptions).map((name) => option(name)),
        initial_option: option(first)
      }),
      optional(
        input('options', 'Options', {
          type: 'multi_static_select',
          placeholder: plain('The defaults'),
          option_groups: requestOptions.map(optionGroup)
        })
      )
    ]
  }
}

/** Slack shows a hundred. */
const mostOptions = 100

/** The values of one option but its default, which applies when none is chosen. A value is the word to type. */
function optionGroup({ key, label, values }: RequestOption): object {
  const [[, byDefault], ...others] = Object.entries(values) as [[string, string], ...[string, string][]]
  return {
    label: plain(clip(`${label} (default: ${byDefault})`, 75)),
    options: others.map(([value, text]) => option(`${key}=${value}`, `${label}: ${text}`))
  }
}

const plain = (text: string): object => ({ type: 'plain_text', text, emoji: false })
const option = (value: string, label = value): object => ({ text: plain(clip(label, 75)), value })
const optional = (block: object): object => ({ ...block, optional: true })

function input(field: Field, label: string, element: object, hint?: string): object {
  const base = { type: 'input', block_id: field, label: plain(label), element: { ...element, action_id: field } }
  return hint === undefined ? base : { ...base, hint: plain(hint) }
}

const choice = z.object({ value: z.string() })
const elementSchema = z.object({
  value: z.string().nullish(),
  selected_date: z.string().nullish(),
  selected_option: choice.nullish(),
  selected_options: z.array(choice).nullish()
})

/** What a form holds, by block. */
export const formStateSchema = z.object({ values: z.record(z.string(), z.record(z.string(), elementSchema)) })
export type FormState = z.output<typeof formStateSchema>

/** A request, or what is wrong with each field. */
export type FormReading =
  | { readonly request: ExportRequest }
  | { readonly errors: Readonly<Partial<Record<Field, string>>> }

/** Reads a form by the same rules as typed words, each field by itself, so that each mistake is shown at its field. */
export function readForm(state: FormState, config: Config, nowMs: number): FormReading {
  const typed = typedWords(state)
  const errors: Partial<Record<Field, string>> = {}
  for (const field of fields) {
    const problems = problemsOf({ ...blameless(config), [field]: typed[field] }, config, nowMs)
    if (problems !== undefined) errors[field] = clip(problems, longestError)
  }
  if (Object.keys(errors).length > 0) return { errors }
  try {
    return { request: parseRequest(wordsOf(typed), config, nowMs) }
  } catch (error) {
    // A mistake of fields together is shown at the first field.
    if (error instanceof ProblemsError) return { errors: { identifier: clip(error.message, longestError) } }
    throw error
  }
}

const longestError = 400

type Words = Readonly<Record<Exclude<Field, 'options'>, string>> & { readonly options: readonly string[] }

function typedWords({ values }: FormState): Words {
  const of = (field: Field) => values[field]?.[field]
  const chosen = (field: Field): string[] => (of(field)?.selected_options ?? []).map(({ value }) => value)
  return {
    identifier: of('identifier')?.value ?? '',
    category: chosen('category').join(','),
    date: of('date')?.selected_date ?? '',
    environment: of('environment')?.selected_option?.value ?? '',
    options: chosen('options')
  }
}

/** Words without a mistake, to read one field among. */
const blameless = (config: Config): Words => ({
  identifier: '"an identifier"',
  category: 'all',
  date: 'today',
  environment: config.defaultEnvironment,
  options: []
})

/** A field that is left out is a word that is missing, so the ones after it must not take its place. */
function problemsOf(words: Words, config: Config, nowMs: number): string | undefined {
  const { options: _, ...needed } = words
  if (Object.values(needed).some((word) => trimSpaces(word) === '')) return 'This field is required'
  try {
    parseRequest(wordsOf(words), config, nowMs)
    return undefined
  } catch (error) {
    if (error instanceof ProblemsError) return error.message
    throw error
  }
}

const wordsOf = ({ identifier, category, date, environment, options }: Words): string[] => [
  identifier,
  category,
  date,
  environment,
  ...options
]
