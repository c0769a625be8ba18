import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { downloadPath } from '../../../worker/contract/download-link.ts'
import { finishedJob } from '../finished-job.ts'
import { type Harness, type HarnessOptions, linkKey, noonMs, prefix, startHarness } from '../harness.ts'

const hourMs = 3_600_000

async function harnessWithArchive(
  options: HarnessOptions = {}
): Promise<{ harness: Harness; id: string; key: string; path: string }> {
  const harness = await startHarness(options)
  await harness.type('THING00001 telemetry 2023/10/01')
  const job = finishedJob(harness.jobs()[0]!)
  harness.putJob(job)
  const { key } = job.result!.archive!
  harness.s3.put('dev-iot-logs', key, 'the bytes of a zip')
  return { harness, id: job.id, key, path: downloadPath(linkKey, job.id, noonMs + hourMs) }
}

describe('GET /download/<id>', () => {
  it('a download link redirects to the archive under its name, and is logged', async () => {
    const { harness, id, path } = await harnessWithArchive()
    const answer = await harness.get(path)
    assert.equal(answer.statusCode, 302)
    assert.equal(answer.headers['cache-control'], 'no-store')
    assert.equal(answer.headers['referrer-policy'], 'no-referrer')
    const location = new URL(answer.headers.location!)
    assert.equal(location.searchParams.get('X-Amz-Expires'), '300')
    assert.equal(location.searchParams.get('X-Amz-Date'), '20231002T120000Z')
    const disposition = location.searchParams.get('response-content-disposition')
    assert.equal(disposition, 'attachment; filename="20231001_THING00001.zip"')
    assert.deepEqual(
      harness.logged
        .filter(({ message }) => message === 'A download was asked for')
        .map(({ job, verdict }) => [job, verdict]),
      [[id, 'valid']]
    )
    assert.doesNotMatch(harness.logText(), /X-Amz|[?&]s=/)
  })

  it('a download link leads to the bytes of the archive', async () => {
    const { harness, path } = await harnessWithArchive()
    // The stand-in looks at its own clock, so the link is signed by it, too.
    Object.assign(harness.services, { nowMs: Date.now })
    const job = harness.jobs()[0]!
    const answer = await harness.get(downloadPath(linkKey, job.id, Date.now() + hourMs))
    const download = await fetch(answer.headers.location!)
    assert.equal(download.status, 200)
    assert.equal(download.headers.get('content-disposition'), 'attachment; filename="20231001_THING00001.zip"')
    assert.equal(await download.text(), 'the bytes of a zip')
    assert.ok(path)
  })

  it('an expired download link answers that it has expired', async () => {
    const { harness, path } = await harnessWithArchive()
    const before = harness.s3.requests.length
    harness.pass(hourMs + 1)
    const answer = await harness.get(path)
    assert.equal(answer.statusCode, 410)
    assert.match(answer.headers['content-type']!, /^text\/html/)
    assert.match(answer.body, /This link has expired[\s\S]*New link/)
    assert.equal(answer.headers['cache-control'], 'no-store')
    assert.equal(harness.s3.requests.length, before)
  })

  it('a forged download link is rejected without a read of the store', async () => {
    const { harness, id, path } = await harnessWithArchive()
    const before = harness.s3.requests.length
    const another = downloadPath('another key of many letters', id, noonMs + hourMs)
    for (const forged of [
      another,
      path.slice(0, -1),
      `${path}0`,
      path.replace('e=1', 'e=2'),
      `/download/${id}`,
      `${path}&e=1`
    ]) {
      const answer = await harness.get(forged)
      assert.equal(answer.statusCode, 403, forged)
    }
    assert.equal((await harness.get(path.replace(id, 'a'.repeat(26)))).statusCode, 403)
    assert.equal(harness.s3.requests.length, before)
  })

  it('a download link answers that its archive is gone when the archive or the job document is', async () => {
    const { harness, id, key, path } = await harnessWithArchive()
    harness.s3.delete('dev-iot-logs', key)
    const answer = await harness.get(path)
    assert.equal(answer.statusCode, 404)
    assert.match(answer.body, /This archive is gone/)
    harness.s3.delete('dev-iot-logs', `${prefix}jobs/${id}.json`)
    assert.equal((await harness.get(path)).statusCode, 404)
  })

  it('a download link answers with a retry later when the store does not answer', async () => {
    const { harness, path } = await harnessWithArchive({ isSilent: true })
    harness.s3.faults.add({ action: { kind: 'error', code: 'InternalError', status: 500 } })
    const answer = await harness.get(path)
    assert.equal(answer.statusCode, 503)
    assert.doesNotMatch(answer.body, /dev-iot-logs|InternalError/)
  })
})
