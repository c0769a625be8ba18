import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Download, Locator, Page } from 'playwright-core'

/** A small phone of today, in CSS pixels. */
export const phoneSize = { width: 360, height: 740 } as const

const illegible = fileURLToPath(new URL('illegible.js', import.meta.url))
const screenshots = process.env.IOT_LOG_SCREENSHOTS

/** The page that plays Slack, on a person's phone. Disposing fails if the page had an error of its own. */
export interface Phone extends AsyncDisposable {
  readonly page: Page
  readonly typed: Locator
  /** What this person sees that holds the text, newest last. */
  message(text: string | RegExp): Locator
  /** Types a message and sends it. */
  say(text: string): Promise<void>
  /** Presses what begins a download, and waits until it is there. */
  download(pressed: Locator): Promise<Download>
  /** Asserts that all that is shown can be read and pressed; keeps a picture if `IOT_LOG_SCREENSHOTS` is a directory. */
  look(name: string): Promise<void>
}

export async function openPhone(browser: Browser, url: string): Promise<Phone> {
  const context = await browser.newContext({
    viewport: phoneSize,
    deviceScaleFactor: 2,
    isMobile: true,
    hasTouch: true,
    acceptDownloads: true
  })
  await context.addInitScript({ path: illegible })
  context.setDefaultTimeout(20_000)
  const page = await context.newPage()
  const problems: string[] = []
  page.on('pageerror', ({ message }) => problems.push(message))
  page.on('console', (said) => {
    if (said.type() === 'error' && said.location().url.startsWith(new URL(url).origin)) problems.push(said.text())
  })
  await page.goto(url)
  await page.getByLabel('You are').locator('option').first().waitFor({ state: 'attached' })
  const typed = page.getByRole('textbox', { name: 'Message', exact: true })
  return {
    page,
    typed,
    message: (text) => page.getByRole('article').filter({ hasText: text }),
    say: async (text) => {
      await typed.pressSequentially(text)
      await typed.press('Enter')
    },
    download: async (pressed) => {
      const [download] = await Promise.all([page.waitForEvent('download'), pressed.tap()])
      return download
    },
    look: async (name) => {
      if (screenshots) {
        mkdirSync(screenshots, { recursive: true })
        await page.screenshot({ path: join(screenshots, `${name}.png`) })
      }
      assert.deepEqual(await page.evaluate('findIllegible()'), [], name)
    },
    [Symbol.asyncDispose]: async () => {
      await context.close()
      assert.deepEqual(problems, [])
    }
  }
}
