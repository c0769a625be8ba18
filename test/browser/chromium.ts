import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']

/** Why a test can't run where {@link findChromium} finds nothing. */
export const noChromium = 'there is no chromium in the PATH (Debian: apt-get install chromium fonts-noto-color-emoji)'

/** The path of this machine's own browser; playwright-core brings none. */
export function findChromium(searched = process.env.PATH ?? ''): string | undefined {
  const places = searched.split(delimiter).filter((directory) => directory !== '')
  return places.flatMap((directory) => names.map((name) => join(directory, name))).find(isExecutable)
}

/** Starts it without a sandbox, which root in a container can't have: it opens nothing but our own pages. */
export function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: ['--no-sandbox'] })
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
