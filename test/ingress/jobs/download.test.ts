import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { downloadPath } from '../../../worker/contract/download-link.ts'
import { finishedJob } from '../finished-job.ts'
import { linkKey, noonMs, prefix, startTown, type Town, type TownOptions } from '../harness.ts'

const hourMs = 3_600_000

async function townWithArchive(
  options: TownOptions = {}
): Promise<{ town: Town; id: string; key: string; path: string }> {
  const town = await startTown(options)
  await town.type('THING00001 telemetry 2023/10/01')
  const job = finishedJob(town.jobs()[0]!)
  town.putJob(job)
  const { key } = job.result!.archive!
  town.s3.put('dev-iot-logs', key, 'the bytes of a zip')
  return { town, id: job.id, key, path: downloadPath(linkKey, job.id, noonMs + hourMs) }
}

describe('GET /download/<id>', () => {
  it('leads to the archive under its name, and is logged', async () => {
    const { town, id, path } = await townWithArchive()
    const answer = await town.get(path)
    assert.equal(answer.statusCode, 302)
    assert.equal(answer.headers['cache-control'], 'no-store')
    assert.equal(answer.headers['referrer-policy'], 'no-referrer')
    const location = new URL(answer.headers.location!)
    assert.equal(location.searchParams.get('X-Amz-Expires'), '300')
    assert.equal(location.searchParams.get('X-Amz-Date'), '20231002T120000Z')
    const disposition = location.searchParams.get('response-content-disposition')
    assert.equal(disposition, 'attachment; filename="20231001_THING00001.zip"')
    assert.deepEqual(
      town.logged
        .filter(({ message }) => message === 'A download was asked for')
        .map(({ job, verdict }) => [job, verdict]),
      [[id, 'valid']]
    )
    assert.doesNotMatch(town.logText(), /X-Amz|[?&]s=/)
  })

  it('is followed to the bytes', async () => {
    const { town, path } = await townWithArchive()
    // The stand-in looks at its own clock, so the link is signed by it, too.
    Object.assign(town.services, { nowMs: Date.now })
    const job = town.jobs()[0]!
    const answer = await town.get(downloadPath(linkKey, job.id, Date.now() + hourMs))
    const download = await fetch(answer.headers.location!)
    assert.equal(download.status, 200)
    assert.equal(download.headers.get('content-disposition'), 'attachment; filename="20231001_THING00001.zip"')
    assert.equal(await download.text(), 'the bytes of a zip')
    assert.ok(path)
  })

  it('says so when the link has expired', async () => {
    const { town, path } = await townWithArchive()
    const before = town.s3.requests.length
    town.pass(hourMs + 1)
    const answer = await town.get(path)
    assert.equal(answer.statusCode, 410)
    assert.match(answer.headers['content-type']!, /^text\/html/)
    assert.match(answer.body, /This link has expired[\s\S]*New link/)
    assert.equal(answer.headers['cache-control'], 'no-store')
    assert.equal(town.s3.requests.length, before)
  })

  it('is refused when it was forged, and nothing is looked up', async () => {
    const { town, id, path } = await townWithArchive()
    const before = town.s3.requests.length
    const another = downloadPath('another key of many letters', id, noonMs + hourMs)
    for (const forged of [
      another,
      path.slice(0, -1),
      `${path}0`,
      path.replace('e=1', 'e=2'),
      `/download/${id}`,
      `${path}&e=1`
    ]) {
      const answer = await town.get(forged)
      assert.equal(answer.statusCode, 403, forged)
    }
    assert.equal((await town.get(path.replace(id, 'a'.repeat(26)))).statusCode, 403)
    assert.equal(town.s3.requests.length, before)
  })

  it('says so when the archive, or the record, is gone', async () => {
    const { town, id, key, path } = await townWithArchive()
    town.s3.delete('dev-iot-logs', key)
    const answer = await town.get(path)
    assert.equal(answer.statusCode, 404)
    assert.match(answer.body, /This archive is gone/)
    town.s3.delete('dev-iot-logs', `${prefix}jobs/${id}.json`)
    assert.equal((await town.get(path)).statusCode, 404)
  })

  it('says so when the store does not answer', async () => {
    const { town, path } = await townWithArchive({ isSilent: true })
    town.s3.faults.add({ action: { kind: 'error', code: 'InternalError', status: 500 } })
    const answer = await town.get(path)
    assert.equal(answer.statusCode, 503)
    assert.doesNotMatch(answer.body, /dev-iot-logs|InternalError/)
  })
})
