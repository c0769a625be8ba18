import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { parseConfig, parseConfigText } from '../../../worker/contract/config.ts'
import { configJsonSchema } from '../../../worker/contract/config-schema.ts'
import { ProblemsError } from '../../../worker/contract/errors.ts'
import { formatNames } from '../../../worker/formats/registry.ts'
import { referenceConfig, referenceDocument } from '../../support/configurations.ts'

function problemsOf(change: (document: ReturnType<typeof referenceDocument>) => void): string[] {
  const document = referenceDocument()
  change(document)
  try {
    parseConfig(document, formatNames)
  } catch (error) {
    assert.ok(error instanceof ProblemsError)
    assert.equal(error.code, 'wrong-config')
    return error.problems.map((problem) => problem.text)
  }
  return assert.fail('the configuration was taken')
}

describe('the configuration', () => {
  it('the reference configuration is valid and complete', () => {
    const environment = referenceConfig().environments.get('dev')!
    assert.equal(environment.source, 's3://dev-iot-logs')
    assert.deepEqual([...environment.categories.keys()], ['telemetry', 'command', 'lifecycle'])
    assert.equal(environment.categories.get('lifecycle')!.identifierAliases.client_id, 'clientId')
  })

  it('a configuration needs few keys: the others have defaults', () => {
    const config = parseConfig({
      defaultEnvironment: 'home',
      environments: { home: { source: 'file:///var/logs' } },
      categories: { app: { layout: 'app/{yyyy}{MM}{dd}/' } }
    })
    assert.equal(config.limits.maxDays, 7)
    assert.equal(config.output.prefix, 'slack/iot-logs/')
    assert.equal(config.environments.get('home')!.categories.get('app')!.format, 'lines')
  })

  it('an environment can change some keys of a category and keeps the others', () => {
    const document = referenceDocument()
    document.environments.dev.categories = { command: { layout: 'cmd/{yyyy}/{MM}/{dd}/' } }
    const command = parseConfig(document).environments.get('dev')!.categories.get('command')!
    assert.equal(command.layout.template, 'cmd/{yyyy}/{MM}/{dd}/')
    assert.deepEqual(command.aliases, ['commands'])
    assert.equal(command.table, 'command')
  })

  it('the JSON Schema of the configuration is up to date', () => {
    const committed = readFileSync(new URL('../../../iot-log.config.schema.json', import.meta.url), 'utf8')
    assert.deepEqual(JSON.parse(committed), configJsonSchema(formatNames), 'run: npm run schema')
  })
})

describe('mistakes in a configuration', () => {
  it('an unknown format is a mistake for every program that knows formats', () => {
    const change = ({ categories }: ReturnType<typeof referenceDocument>): unknown =>
      Object.assign(categories.command, { format: 'albs' })
    const [problem, ...others] = problemsOf(change)
    assert.match(problem!, /^categories\.command\.format: "albs": .*"alb"/)
    assert.deepEqual(others, [])
    const document = referenceDocument()
    change(document)
    assert.equal(parseConfig(document).environments.get('dev')!.categories.get('command')!.format, 'albs')
  })

  it('all mistakes are reported at once, with key, value and what is allowed', () => {
    const problems = problemsOf((document) => {
      document.enviroments = {}
      document.limits.maxDay = 3
      document.limits.maxRatio = 5
      document.categories.telemetry.layot = 'x'
      document.categories.command.layout = 'commands/{yyyy}/{mm}/{dd}/'
      document.environments.dev.region = 7
      document.environments.dev.submit.rolArn = null
    })
    const expected = [
      /^enviroments: unknown key; did you mean "environments"/,
      /^limits\.maxDay: unknown key; did you mean "maxDays"/,
      /^limits\.maxRatio: 5: .*10/,
      /^categories\.telemetry\.layot: unknown key; did you mean "layout"/,
      /^categories\.command\.layout: .*unknown placeholder \{mm\}/,
      /^environments\.dev\.region: 7: .*string/,
      /^environments\.dev\.submit\.rolArn: unknown key; did you mean "roleArn"/
    ]
    assert.equal(problems.length, expected.length, problems.join('\n'))
    for (const pattern of expected)
      assert.ok(
        problems.some((problem) => pattern.test(problem)),
        `${pattern} in ${problems.join('\n')}`
      )
  })

  it('mistakes between parts are reported too', () => {
    const problems = problemsOf((document) => {
      document.defaultEnvironment = 'dve'
      document.categories.lifecycle.aliases = ['command', 'all']
      document.environments.dev.categories = { telemtry: { table: 'x' } }
    })
    assert.match(problems.join('\n'), /"dve": no such environment; did you mean "dev"/)
    assert.match(problems.join('\n'), /"command": category "command" already has this name/)
    assert.match(problems.join('\n'), /"all": this word is reserved/)
    assert.match(problems.join('\n'), /"telemtry": no such category; did you mean "telemetry"/)
    assert.equal(problems.length, 4)
  })

  it('links that outlive their archives, and one bucket with several owners or regions, are mistakes', () => {
    const links = problemsOf((document) => {
      document.output.linkMinutes = 1_441
    })
    assert.match(links.join('\n'), /^output\.linkMinutes: 1441: the archive expires after output\.expiryDays \(1\)/)
    const shared = problemsOf((document) => {
      const { dev } = document.environments
      document.output.store = 's3://results'
      document.environments.prod = { ...dev, account: '222222222222', region: 'eu-west-1' }
      document.environments.archive = { source: 's3://old', account: '333333333333' }
    })
    assert.equal(shared.length, 2)
    assert.match(
      shared[0]!,
      /^output\.store: "s3:\/\/results": one bucket has one account, but those of dev, prod differ/
    )
    assert.match(shared[1]!, /one bucket has one region, but those of dev, prod differ/)
  })

  it('mistakes are reported in the keys of an environment too', () => {
    const own = (telemetry: object): string =>
      problemsOf((document) => {
        document.environments.dev.categories = { telemetry }
      }).join('\n')
    assert.match(own({ aliases: ['all'] }), /environments\.dev\.categories\.telemetry\.aliases.*reserved/)
    assert.match(own({ aliases: ['commands'] }), /category "(telemetry|command)" already has this name/)
    assert.match(own({ identifierAliases: { x: 'a\nb' } }), /no control characters/)
    assert.match(own({ layout: '../{yyyy}{MM}{dd}/' }), /must not have a "\." or "\.\." segment/)
  })

  it('a configuration that is no JSON is a mistake', () => {
    assert.throws(() => parseConfigText('{', undefined), /not valid JSON/)
  })
})
