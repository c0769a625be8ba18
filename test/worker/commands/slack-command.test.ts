import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { type Config, parseConfig } from '../../../worker/contract/config.ts'
import { manifestJson } from '../../../worker/report/slack/manifest.ts'
import { usageMarkdown } from '../../../worker/report/slack/usage.ts'
import { type SlackServer, startSlackServer } from '../../stand-ins/slack/server.ts'
import { referenceConfig, referenceDocument } from '../../support/configurations.ts'
import { type FinishedCommand, runCli } from '../../support/run-cli.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const url = 'https://abc.lambda-url.ap-northeast-1.on.aws'

const hintOf = (config: Config): string => JSON.parse(manifestJson(config, url)).features.slash_commands[0].usage_hint

describe('iot-log slack manifest', () => {
  it('iot-log slack manifest prints the manifest of the app for an address', async () => {
    const { code, stdout } = await runCli(['slack', 'manifest', '--url', `${url}/`])
    assert.equal(code, 0)
    const { _metadata, features, oauth_config: oauth, settings } = JSON.parse(stdout)
    assert.deepEqual(_metadata, { major_version: 2, minor_version: 1 })
    const [{ command, url: commandUrl, should_escape: escapes }] = features.slash_commands
    assert.deepEqual([command, commandUrl, escapes], ['/iot-log', `${url}/slack/commands`, false])
    assert.equal(settings.interactivity.request_url, `${url}/slack/interactive`)
    const home = { home_tab_enabled: false, messages_tab_enabled: true, messages_tab_read_only_enabled: true }
    assert.deepEqual(features.app_home, home)
    assert.deepEqual(oauth.scopes.bot.slice(0, 3), ['commands', 'chat:write', 'chat:write.public'])
  })

  it('the manifest says what to fill in without an address', async () => {
    const { stdout, stderr } = await runCli(['slack', 'manifest'])
    assert.match(stderr, /^Replace the URL of the ingress, or print the manifest with --url\.$/m)
    assert.match(stdout, /FILL-IN\.lambda-url\.ap-northeast-1\.on\.aws/)
  })

  it('the manifest has the names of the configuration, and keeps the limits of Slack', () => {
    const document = referenceDocument()
    document.environments.prod = { ...document.environments.dev, source: 's3://prod-iot-logs' }
    for (let at = 0; at < 100; at++) {
      document.categories[`another-long-category-${at}`] = { layout: 'x/{yyyy}/{MM}/{dd}/' }
    }
    const hint = hintOf(parseConfig(document))
    assert.match(hint, /^<identifier> telemetry,command,lifecycle,/)
    assert.ok(hint.length <= 1_000)
    assert.equal(hintOf(referenceConfig()), '<identifier> telemetry,command,lifecycle 2023/10/01')
    const two = { ...document, categories: referenceDocument().categories }
    assert.match(hintOf(parseConfig(two)), /lifecycle 2023\/10\/01 \[dev\|prod\]$/)
  })

  it('the manifest rejects an address that Slack would not call', async () => {
    for (const wrong of ['http://abc.example', 'abc.example', 'https://me@abc.example', 'https://abc.example/?x=1']) {
      const { code, stderr, stdout } = await runCli(['slack', 'manifest', '--url', wrong])
      assert.deepEqual([code, stdout], [2, ''])
      assert.ok(stderr.includes(`--url ${wrong}: must be the URL of the ingress`), stderr)
    }
  })
})

describe('the usage page', () => {
  it('the usage page begins with the usual commands of this configuration', () => {
    const page = usageMarkdown(referenceConfig())
    assert.match(
      page,
      /^Ask for the logs[^\n]*\n\n## Frequent commands\n- `\/iot-log THING00001 telemetry,command 2023\/10\/01` one device/
    )
    assert.match(page, /^- `\/iot-log client_id lifecycle today` of all devices$/m)
    assert.match(page, /^ {2}- `command`, also `commands`$/m)
    assert.match(page, /works for 60 minutes/)
    assert.match(page, /kept for 1 day\./)
    assert.match(page, /At most 2 exports at a time/)
    assert.match(page, /`match=word`; text: contains the text anywhere; word: whole words only/)
    assert.match(page, /in Tokyo, before 9 in the morning is still the day before/)
  })
})

describe('iot-log slack canvas', () => {
  const run = (slack: SlackServer, args: readonly string[], token = slack.token): Promise<FinishedCommand> =>
    runCli(['slack', 'canvas', ...args], {
      env: { ...process.env, SLACK_BOT_TOKEN: token, SLACK_API_URL: slack.apiUrl }
    })
  const channel = ['--channel', 'C0SUPPORT']

  it('iot-log slack canvas publishes the page to the channel’s canvas, and replaces it the next time', async () => {
    await using slack = await startSlackServer()
    const { code, stdout, stderr } = await run(slack, channel)
    assert.equal(code, 0, stderr)
    const [canvas] = [...slack.workspace.canvases.values()]
    assert.equal(slack.workspace.channels.get('C0SUPPORT')?.canvasId, canvas?.id)
    assert.equal(canvas?.markdown, usageMarkdown(referenceConfig()))
    assert.ok(stdout.includes(`iot-log slack canvas --canvas ${canvas?.id}`))
    canvas!.markdown = 'old'
    assert.equal((await run(slack, ['--canvas', canvas!.id])).code, 0)
    assert.match(slack.workspace.canvases.get(canvas!.id)!.markdown, /Frequent commands/)
  })

  it('iot-log slack canvas adds a tab when the channel has another canvas', async () => {
    await using slack = await startSlackServer()
    const theirs = { id: 'F0THEIRS', title: 'Ours', markdown: 'Do not touch', channel: 'C0SUPPORT' }
    slack.workspace.putCanvas(theirs)
    slack.workspace.channels.get('C0SUPPORT')!.canvasId = theirs.id
    const { code, stderr } = await run(slack, channel)
    assert.equal(code, 0, stderr)
    assert.equal(slack.workspace.canvases.get('F0THEIRS')?.markdown, 'Do not touch')
    assert.equal(slack.workspace.canvases.size, 2)
  })

  it('iot-log slack canvas follows the configuration of --config', async () => {
    await using slack = await startSlackServer()
    using here = temporaryDirectory()
    const document = referenceDocument()
    document.output.linkMinutes = 7
    writeFileSync(join(here.path, 'own.json'), JSON.stringify(document))
    assert.equal((await run(slack, [...channel, '--config', join(here.path, 'own.json')])).code, 0)
    assert.match([...slack.workspace.canvases.values()][0]!.markdown, /works for 7 minutes/)
  })

  it('iot-log slack canvas reports errors in words, without the token', async () => {
    await using slack = await startSlackServer({ channels: [{ id: 'C0SUPPORT', name: 'x', hasApp: false }] })
    const uninvited = await run(slack, channel)
    assert.deepEqual([uninvited.code, uninvited.stdout], [1, ''])
    assert.match(uninvited.stderr, /Slack rejected the canvas: the bot is not in the channel: type \/invite @iot-log/)
    const wrongToken = await run(slack, channel, 'xoxb-wrong')
    assert.match(wrongToken.stderr, /the token in SLACK_BOT_TOKEN is not valid/)
    assert.doesNotMatch(wrongToken.stderr, /xoxb-/)
    slack.faults.add({ action: { kind: 'http', status: 500, body: '<html>xoxb-1</html>' } })
    assert.match((await run(slack, channel)).stderr, /canvas: http-500/)
  })

  it('iot-log slack reports all mistakes at once', async () => {
    const { code, stderr } = await runCli(['slack', 'canvas', '--channel', '#support', '--config', '/no/such'], {
      env: { ...process.env, SLACK_BOT_TOKEN: '' }
    })
    assert.equal(code, 2)
    assert.match(stderr, /Could not read the configuration/)
    const both = await runCli(['slack', 'canvas', '--channel', '#support'], {
      env: { ...process.env, SLACK_BOT_TOKEN: '' }
    })
    assert.match(
      both.stderr,
      /2 mistakes\n {2}--channel #support: must be the id of a channel.*\n {2}SLACK_BOT_TOKEN is not set/
    )
    const none = await runCli(['slack'])
    assert.match(none.stderr, /usage: iot-log slack manifest/)
    assert.match((await runCli(['slack', 'manifst'])).stderr, /did you mean manifest\?/)
    const odd = await runCli(['slack', 'manifest', 'now', '--channel', 'C0SUPPORT'])
    assert.match(odd.stderr, /"now" is an extra word\n {2}manifest takes no --channel/)
  })

  it('iot-log slack has help', async () => {
    const { code, stdout } = await runCli(['slack', '--help'])
    assert.equal(code, 0)
    assert.match(stdout, /Usage:\n {2}iot-log slack manifest/)
    for (const line of stdout.split('\n')) assert.ok(line.length <= 130, line)
  })
})
