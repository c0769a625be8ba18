import { after, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { type LocalSystem, startLocalSystem } from '../local/system.ts'
import type { UserOptions } from '../stand-ins/slack/workspace.ts'
import { skipLoudly } from '../support/skip-loudly.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { findChromium, launchChromium, noChromium } from './chromium.ts'
import { openPhone, type Phone } from './phone.ts'

/*
 * The whole system, and a phone for every test of a file: each has a person and a channel of its own, so that no test
 * sees what another one did.
 */

/** What a test gets. */
export interface Scene {
  readonly phone: Phone
  readonly system: LocalSystem
  readonly channel: string
  readonly user: string
  /** Another person in the same channel, with their own phone; closed with the test. */
  openOther(who?: Partial<UserOptions>): Promise<Phone>
}

/** Who holds the phone. Default: an ordinary member. */
export type SceneTest = (name: string, run: (scene: Scene) => Promise<void>, who?: Partial<UserOptions>) => void

interface Running extends AsyncDisposable {
  readonly system: LocalSystem
  readonly browser: Browser
  readonly printed: string[]
}

/**
 * Gives the function that declares tests. The system is started by the first of them and stopped after the last; without
 * a browser nothing is started and every test is skipped.
 */
export function systemOnPhones(config: Readonly<Record<string, unknown>> = {}): SceneTest {
  const executable = findChromium()
  let running: Promise<Running> | undefined
  let number = 0
  after(async () => (await running)?.[Symbol.asyncDispose]())
  return (name, run, who = {}) =>
    void test(name, async (context) => {
      if (executable === undefined) return skipLoudly(context, noChromium)
      running ??= start(executable, config)
      const { system, browser, printed } = await running
      const { workspace } = system.slack
      const channel = `C0TEST${++number}`
      const addPerson = (options: Partial<UserOptions>): string =>
        workspace.addUser({ name: 'mina', realName: 'Mina Support', ...options, id: `U0TEST${++number}` }).id
      const user = addPerson(who)
      workspace.addChannel({ id: channel, name: 'iot-support' })
      await using phones = new AsyncDisposableStack()
      const open = async (id: string): Promise<Phone> =>
        phones.use(await openPhone(browser, `${system.url}?user=${id}&channel=${channel}`))
      const phone = await open(user)
      const openOther = (options: Partial<UserOptions> = {}): Promise<Phone> => {
        const other = addPerson({ name: 'omar', realName: 'Omar Operator', ...options })
        workspace.channels.get(channel)!.members.add(other)
        return open(other)
      }
      printed.length = 0
      try {
        await run({ phone, system, channel, user, openOther })
      } catch (error) {
        const messages = await phone.page.getByRole('log').innerText()
        context.diagnostic(`On the phone:\n${messages}\nThe system said:\n${printed.slice(-20).join('')}`)
        throw error
      }
    })
}

async function start(executable: string, config: Readonly<Record<string, unknown>>): Promise<Running> {
  await using stack = new AsyncDisposableStack()
  const directory = stack.use(temporaryDirectory())
  const printed: string[] = []
  const system = stack.use(
    await startLocalSystem({
      directory: directory.path,
      day: { date: '2023-10-01', textMegabytes: 6 },
      config,
      slowKilobytesPerSecond: 1,
      ingress: 'test/support/patient-ingress.ts',
      slack: { ackTimeoutMs: 40_000 },
      onOutput: (from, text) => void printed.push(`[${from}] ${text}`)
    })
  )
  const browser = await launchChromium(executable)
  stack.defer(() => browser.close())
  const owned = stack.move()
  return { system, browser, printed, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
