import { textLiteral } from '../../worker/athena/literal.ts'

/** For a statement, whole. */
const patienceMs = 180_000

/** What a statement gave. */
export interface TrinoResult {
  readonly columns: readonly string[]
  readonly types: readonly string[]
  readonly rows: readonly (readonly unknown[])[]
  /** Bytes of objects that were read. */
  readonly scannedBytes: number
}

/** A statement that Trino has refused or given up; the message begins with the error's name, as Athena's does. */
export class TrinoError extends Error {}

interface Page {
  readonly nextUri?: string
  readonly columns?: readonly { readonly name: string; readonly type: string }[]
  readonly data?: readonly (readonly unknown[])[]
  readonly error?: { readonly errorName: string; readonly message: string }
  readonly stats: { readonly physicalInputBytes: number }
}

/** Speaks to a Trino server: https://trino.io/docs/current/develop/client-protocol.html */
export class TrinoClient {
  readonly #url: string
  readonly #catalog: string

  constructor(url: string, catalog: string) {
    this.#url = url
    this.#catalog = catalog
  }

  /** Runs a statement to its end; `parameters` are SQL literals for its `?`. @throws TrinoError */
  async run(sql: string, parameters: readonly string[] = [], signal?: AbortSignal): Promise<TrinoResult> {
    const isPlain = parameters.length === 0
    const body = isPlain ? sql : `EXECUTE IMMEDIATE ${textLiteral(sql)} USING ${parameters.join(', ')}`
    const headers = {
      'X-Trino-User': 'test',
      'X-Trino-Catalog': this.#catalog,
      'X-Trino-Session': `${this.#catalog}.compression_codec=GZIP`
    }
    const patience = AbortSignal.timeout(patienceMs)
    const init = { signal: signal ? AbortSignal.any([signal, patience]) : patience }
    let page = await pageOf(await fetch(`${this.#url}/v1/statement`, { method: 'POST', body, headers, ...init }))
    let columns = page.columns
    const rows: (readonly unknown[])[] = []
    for (;;) {
      columns ??= page.columns
      rows.push(...(page.data ?? []))
      if (page.error) throw new TrinoError(`${page.error.errorName}: ${page.error.message}`)
      if (page.nextUri === undefined) break
      page = await pageOf(await fetch(page.nextUri, init))
    }
    return {
      columns: columns?.map(({ name }) => name) ?? [],
      types: columns?.map(({ type }) => type) ?? [],
      rows,
      scannedBytes: page.stats.physicalInputBytes
    }
  }
}

async function pageOf(answer: Response): Promise<Page> {
  const text = await answer.text()
  if (!answer.ok) throw new Error(`Trino answered ${answer.status}: ${text.slice(0, 500)}`)
  return JSON.parse(text) as Page
}
