import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Page } from 'playwright-core'
import { findChromium, launchChromium, noChromium } from '../browser/chromium.ts'
import { clientOf } from '../stand-ins/slack/clients.ts'
import { type SlackServer, startSlackServer } from '../stand-ins/slack/server.ts'
import { skipLoudly } from '../support/skip-loudly.ts'
import { servePage } from './page-server.ts'

const executable = findChromium()
const phone = { width: 360, height: 740 }

/** The page on a phone, with only Slack behind it. */
async function onPhone(context: TestContext, run: (page: Page, slack: SlackServer) => Promise<void>): Promise<void> {
  if (executable === undefined) return skipLoudly(context, noChromium)
  await using slack = await startSlackServer()
  await using served = await servePage(slack, 0)
  const browser = await launchChromium(executable)
  try {
    const page = await browser.newPage({ viewport: phone })
    const problems: string[] = []
    page.on('pageerror', ({ message }) => problems.push(message))
    page.on('console', (said) => void (said.type() === 'error' && problems.push(said.text())))
    await page.goto(served.url)
    await page.getByLabel('You are').waitFor()
    await run(page, slack)
    assert.deepEqual(problems, [])
  } finally {
    await browser.close()
  }
}

const plain = (text: string) => ({ type: 'plain_text', text }) as const

test('what is posted is shown as Slack shows it, and never as HTML', (context) =>
  onPhone(context, async (page, slack) => {
    const hostile = '<img src=x onerror=alert(1)> &lt;b&gt;not bold&lt;/b&gt; *bold* _soft_ ~gone~ `a*b*c` 3*4*5'
    await clientOf(slack).chat.postMessage({
      channel: 'C0SUPPORT',
      text: 'fallback',
      blocks: [
        { type: 'section', text: { type: 'mrkdwn', text: hostile } },
        {
          type: 'section',
          text: {
            type: 'mrkdwn',
            text: '<https://example.com/?a=1&amp;b=2|a link> <javascript:alert(1)|a trap> <@U0MINA> <!channel> <!date^1700000000^{date_num}|then>'
          }
        },
        { type: 'section', text: plain('plain *stays* <b>') },
        { type: 'header', text: plain('x'.repeat(140)) }
      ]
    })
    const article = page.getByRole('article')
    await article.waitFor()
    const texts = await article.locator('.block').allInnerTexts()
    assert.match(texts[0]!, /<b>not bold<\/b> bold soft gone a\*b\*c 3\*4\*5$/)
    assert.deepEqual(await article.locator('b, i, s, code').allInnerTexts(), [
      'iot-log',
      'bold',
      'soft',
      'gone',
      'a*b*c'
    ])
    assert.match(texts[1]!, /^a link a trap @mina @channel 11\/1[45]\/2023$/)
    assert.equal(texts[2], 'plain *stays* <b>')
    assert.deepEqual(
      await article.locator('a').evaluateAll((links) => links.map((link) => link.getAttribute('href'))),
      ['https://example.com/?a=1&b=2']
    )
    assert.equal(await article.locator('img').count(), 0)
    assert.equal(
      await page.evaluate('document.documentElement.scrollWidth'),
      phone.width,
      'nothing is wider than a phone'
    )
  }))

test('a message changes and goes before the eyes of all, an ephemeral one is for its reader', (context) =>
  onPhone(context, async (page, slack) => {
    const client = clientOf(slack)
    const channel = 'C0SUPPORT'
    const { ts } = await client.chat.postMessage({ channel, text: 'ten' })
    await page.getByText('ten').waitFor()
    await client.chat.update({ channel, ts: ts!, text: 'ninety' })
    await page.getByText('ninety').waitFor()
    assert.equal(await page.getByText('(edited)').count(), 1)
    await client.chat.postEphemeral({ channel, user: 'U0MINA', text: 'for Mina' })
    await client.chat.postEphemeral({ channel, user: 'U0OPS', text: 'for Omar' })
    await page.getByText('for Mina').waitFor()
    assert.equal(await page.getByText('for Omar').count(), 0)
    await page.getByLabel('You are').selectOption('Omar Operator')
    await page.getByText('for Omar').waitFor()
    assert.equal(await page.getByText('for Mina').count(), 0)
    await client.chat.delete({ channel, ts: ts! })
    await page.getByText('ninety').waitFor({ state: 'detached' })
    await client.chat.postMessage({ channel: 'U0OPS', text: 'direct' })
    await page.getByLabel('Channel').selectOption('@ iot-log')
    await page.getByText('direct').waitFor()
  }))

test('a button asks for confirmation, and shows who pressed it', (context) =>
  onPhone(context, async (page, slack) => {
    const asked = { title: plain('Stop it?'), text: plain('Sure?'), confirm: plain('Stop'), deny: plain('Go on') }
    const element = {
      type: 'button',
      action_id: 'stop',
      text: plain('Cancel'),
      style: 'danger',
      confirm: asked
    } as const
    const blocks = [{ type: 'actions' as const, elements: [element] }]
    await clientOf(slack).chat.postMessage({ channel: 'C0SUPPORT', text: 'x', blocks })
    // No server listens there: the page has to say so.
    slack.connect({ commandsUrl: 'http://127.0.0.1:9/', interactiveUrl: 'http://127.0.0.1:9/' })
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('dialog', { name: 'Stop it?' }).getByRole('button', { name: 'Go on' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    assert.equal(await page.getByRole('alert').isVisible(), false)
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByText('That did not work: dispatch_failed').waitFor()
  }))

test('a form keeps what was typed, says what is wrong, and closes', (context) =>
  onPhone(context, async (page, slack) => {
    const option = (value: string) => ({ text: plain(value), value })
    const modal = slack.workspace.openModal('U0MINA', {
      type: 'modal',
      title: plain('Export'),
      submit: plain('Start'),
      blocks: [
        {
          type: 'input',
          block_id: 'id',
          label: plain('Identifier'),
          element: { type: 'plain_text_input', action_id: 'id' }
        },
        {
          type: 'input',
          block_id: 'category',
          label: plain('Categories'),
          element: { type: 'multi_static_select', action_id: 'category', options: ['a', 'b'].map(option) }
        },
        {
          type: 'input',
          block_id: 'date',
          label: plain('Day'),
          element: { type: 'datepicker', action_id: 'date', initial_date: '2023-10-01' }
        }
      ]
    })
    await page.getByLabel('Identifier').fill('THING')
    await page.getByRole('button', { name: 'Start' }).click()
    await page.getByText('Please complete this required field.').waitFor()
    slack.workspace.changeModal(modal, { errors: { id: 'Too short' } })
    await page.getByText('Too short').waitFor()
    assert.equal(await page.getByLabel('Identifier').inputValue(), 'THING')
    assert.equal(await page.getByLabel('Day').inputValue(), '2023-10-01')
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    assert.equal(modal.isOpen, false)
  }))

test('the page answers under its own name alone, and takes nothing from other sites', async () => {
  await using slack = await startSlackServer()
  await using served = await servePage(slack, 0)
  const form = await fetch(`${served.url}act/say`, { method: 'POST', body: new URLSearchParams({ text: 'x' }) })
  assert.equal(form.status, 415)
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ user: 'U0MINA', channel: 'C0SUPPORT', text: '/other' })
  assert.equal((await fetch(`${served.url}act/say`, { method: 'POST', headers, body })).status, 200)
  assert.equal(slack.ephemerals('U0MINA')[0]!.text, '/other is not a valid command.')
  assert.equal((await fetch(`${served.url}../page-server.ts`)).status, 404)
  assert.match((await fetch(served.url)).headers.get('content-security-policy')!, /default-src 'none'/)
})
