import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Job } from '../../../worker/contract/job.ts'
import { endJob } from '../../../worker/jobs/jobs.ts'
import { finishedJob } from '../finished-job.ts'
import { batchFaults, commandFields, type Harness, noonMs, prefix, startHarness } from '../harness.ts'

const example = 'THING00001 telemetry,command 2023/10/01'
const minuteMs = 60_000

describe('/iot-log', () => {
  it('the command starts a job: it writes the document and gives Batch only the id', async () => {
    const harness = await startHarness()
    const text = await harness.type(example)
    assert.match(text, /Started.*`THING00001`/)
    assert.match(text, /telemetry, command · 2023-10-01 \(UTC\) · dev/)
    const [job, ...others] = harness.jobs()
    assert.deepEqual(others, [])
    assert.ok(job)
    assert.deepEqual(harness.submitted(), [
      {
        jobName: `iot-log-${job.id}`,
        jobQueue: 'slack',
        jobDefinition: 'iot-log-export',
        parameters: { jobId: job.id }
      }
    ])
    assert.equal(job.state, 'submitted')
    assert.deepEqual(job.batch, { jobId: harness.batchJobId(1), queue: 'slack' })
    assert.deepEqual(job.asker, { team: 'T0IOTLOG', user: 'U0MINA', channel: 'C0SUPPORT' })
    assert.equal(job.reply.responseUrl, commandFields(harness.slack).response_url)
    assert.deepEqual(job.request.identifiers, ['THING00001'])
  })

  it('the command takes minutes and says that they select by record time', async () => {
    const harness = await startHarness()
    const text = await harness.type('THING00001 telemetry since=2h')
    assert.match(text, /2023-10-02T10\.\.2023-10-02T12 \(UTC, by record time\) · dev · window=event/)
    const { request, digest } = harness.jobs()[0]!
    assert.deepEqual(
      [request.from, request.to, request.window],
      ['2023-10-02T10:00:00Z', '2023-10-02T12:00:00Z', 'event']
    )
    assert.match(await harness.type('THING00001 telemetry 120m..now'), /Already running/)
    harness.pass(minuteMs)
    assert.match(await harness.type('THING00001 telemetry since=2h'), /2023-10-02T10:01\.\.2023-10-02T12:01/)
    assert.equal(harness.jobs().filter((job) => job.digest === digest).length, 1)
    assert.equal(harness.jobs().length, 2)
  })

  it('the command answers a wrong window with the corrected command', async () => {
    const harness = await startHarness()
    const text = await harness.type('THING00001 telemetry 2023/10/01T09:30..2023/10/01T09:15')
    assert.match(text, /ends before it begins/)
    assert.match(text, /Type this: `\/iot-log THING00001 telemetry 2023-10-01T09:15\.\.2023-10-01T09:30`/)
    assert.deepEqual(harness.jobs(), [])
  })

  it('Slack accepts and shows the answer to a command', async () => {
    const harness = await startHarness()
    const { message, failure } = await harness.slack.command({ text: example })
    assert.equal(failure, undefined)
    assert.match(message!.text, /Started/)
    assert.equal(message!.onlyFor, 'U0MINA')
    for (const text of ['help', 'status', 'nonsense', 'cancel', example]) {
      const answer = await harness.slack.command({ text })
      assert.equal(answer.failure, undefined, text)
      assert.ok(answer.message!.text.length > 10, text)
    }
  })

  it('the command reads quotes and links that phones and Slack put into a text', async () => {
    const harness = await startHarness()
    await harness.type('\u201cA &amp; B &lt;1&gt;\u201d\u3000telemetry\uff0c\u00a02023/10/01')
    assert.deepEqual(harness.jobs()[0]?.request.identifiers, ['A & B <1>'])
  })

  it('the command looks for the typed identifier when Slack escapes it', async () => {
    const harness = await startHarness({ escapesWords: true })
    const { failure } = await harness.slack.command({ text: '"A & B <1>" telemetry 2023/10/01' })
    assert.equal(failure, undefined)
    assert.deepEqual(harness.jobs()[0]?.request.identifiers, ['A & B <1>'])
  })

  it('the command reports all mistakes at once with the corrected command, and starts nothing', async () => {
    const harness = await startHarness()
    const text = await harness.type('AB telemetri 2023/13/01 prod', { command: '/logs' })
    assert.match(text, /"AB" is too short/)
    assert.match(text, /did you mean "telemetry"\?/)
    assert.match(text, /there is no month 13/)
    assert.match(text, /"prod" is not an environment/)
    assert.match(text, /Type this: `\/logs THING00001 telemetry 2023\/10\/01`$/)
    assert.deepEqual(harness.batch.requests, [])
    assert.deepEqual(harness.s3.keys('dev-iot-logs'), [])
  })

  it('an answer pings no person by what was typed', async () => {
    const harness = await startHarness()
    const text = await harness.type('AB &lt;!channel&gt; 2023/10/01')
    assert.doesNotMatch(text, /<!/)
    assert.match(text, /&lt;!channel&gt;/)
  })

  it('the help names the environments and categories of the configuration', async () => {
    const harness = await startHarness({
      change: (document) => {
        document.environments.prod = { ...document.environments.dev, source: 's3://prod-iot-logs' }
        document.environments.nojobs = { source: 's3://elsewhere' }
      }
    })
    const text = await harness.type('HELP')
    assert.match(text, /`\/iot-log THING00001 telemetry,command 2023\/10\/01`/)
    assert.match(text, /telemetry, command \(also commands\), lifecycle, or all/)
    assert.match(text, /dev \(default\), prod$/m)
    assert.match(text, /client_id lifecycle today/)
    assert.match(
      text,
      /minutes 2023\/10\/01T09:15\.\.2023\/10\/01T09:30 or since=2h \(30m, 3d\), by the time in each record/
    )
    assert.match(
      text,
      /\*match\*: `match=text` or `match=word`; text: contains the text anywhere; word: whole words only/
    )
    assert.deepEqual(harness.s3.requests.length, 0)
  })

  it('the help is complete for any number of categories', async () => {
    const harness = await startHarness({
      change: (document) => {
        for (let at = 0; at < 150; at++) {
          document.categories[`category-of-a-long-name-${at}`] = { layout: `c${at}/{yyyy}/{MM}/{dd}/` }
        }
      }
    })
    const { message } = await harness.slack.command({ text: 'help' })
    const text = JSON.stringify(message!.blocks)
    assert.match(text, /category-of-a-long-name-0.* and 1[234]\d more, or all/)
    assert.match(text, /\*match\*.*\/iot-log cancel/)
  })

  it('the same request of any person is answered with the running job', async () => {
    const harness = await startHarness()
    await harness.type(example)
    assert.match(await harness.type(example), /Already running.*`THING00001`/)
    assert.match(await harness.type('THING00001 telemetry,commands 20231001', { user_id: 'U0OPS' }), /Already running/)
    const job = harness.jobs()[0]!
    harness.putJob({ ...job, reply: { ...job.reply, channel: 'C0SUPPORT', ts: '1700000000.000100' } })
    const text = await harness.type(example, { user_id: 'U0OPS' })
    assert.match(text, /<https:\/\/iot-log\.slack\.com\/archives\/C0SUPPORT\/p1700000000000100\|See its message>/)
  })

  it('the same request is answered with the result for ten minutes after its success, and then starts a new job', async () => {
    const harness = await startHarness()
    await harness.type(example)
    finish(harness)
    harness.pass(9 * minuteMs)
    const text = await harness.type(example)
    assert.match(text, /Done 9 min ago[\s\S]*`THING00001`/)
    assert.match(text, /complete: 801 lines, 18 kB/)
    assert.equal(harness.submitted().length, 1)
    harness.pass(2 * minuteMs)
    assert.match(await harness.type(example), /Started/)
    assert.equal(harness.submitted().length, 2)
  })

  it('ten equal commands at once start one job', async () => {
    const harness = await startHarness()
    const texts = await Promise.all(Array.from({ length: 10 }, () => harness.type(example)))
    assert.equal(harness.submitted().length, 1)
    assert.equal(harness.jobs().length, 1)
    assert.equal(texts.filter((text) => text.includes('Started')).length, 1)
    assert.equal(texts.filter((text) => /Already (?:running|being started)/.test(text)).length, 9, texts.join('\n'))
  })

  it('ten equal commands at once start one job with a limit of one, and each answer says so', async () => {
    const harness = await startHarness({
      change: (document) => {
        document.limits.runningJobsPerUser = 1
      }
    })
    const texts = await Promise.all(Array.from({ length: 10 }, () => harness.type(example)))
    assert.equal(harness.submitted().length, 1)
    assert.equal(texts.filter((text) => /Already (?:running|being started)/.test(text)).length, 9, texts.join('\n'))
  })

  it('a person starts no more jobs than the limit, one by one or at once', async () => {
    const harness = await startHarness()
    const ask = (position: number) => harness.type(`THING0000${position} telemetry 2023/10/01`)
    await ask(1)
    await ask(2)
    const refused = await ask(3)
    assert.match(refused, /2 exports at a time: nothing was started/)
    assert.match(refused, /THING00001.*cancel [a-z0-9]{6}/)
    assert.match(await ask(1), /Already running/)
    assert.match(await harness.type('THING00003 telemetry 2023/10/01', { user_id: 'U0OPS' }), /Started/)
    const crowd = await startHarness()
    await Promise.all(Array.from({ length: 6 }, (_, position) => crowd.type(`THING1000${position} telemetry 20231001`)))
    assert.equal(crowd.submitted().length, 2)
    assert.equal(crowd.jobs().filter(({ state }) => state === 'submitted').length, 2)
  })

  it('the limit does not count finished jobs or jobs that Batch never got', async () => {
    const harness = await startHarness()
    await harness.type('THING00001 telemetry 2023/10/01')
    await harness.type('THING00002 telemetry 2023/10/01')
    assert.match(await harness.type('THING00003 telemetry 2023/10/01'), /at a time/)
    const [first, second] = harness.jobs() as [Job, Job]
    harness.putJob(endJob(first, { state: 'failed' }, noonMs))
    assert.match(await harness.type('THING00003 telemetry 2023/10/01'), /Started/)
    assert.match(await harness.type('THING00004 telemetry 2023/10/01'), /at a time/)
    harness.putJob({ ...second, batch: null })
    harness.pass(2 * minuteMs)
    assert.match(await harness.type('THING00004 telemetry 2023/10/01'), /Started/)
  })

  it('a repeated signed request is rejected', async () => {
    const harness = await startHarness()
    const fields = { ...commandFields(harness.slack), text: example }
    const answers = await Promise.all(Array.from({ length: 4 }, () => harness.send('/slack/commands', fields)))
    assert.deepEqual(answers.map(({ statusCode }) => statusCode).sort(), [200, 401, 401, 401])
    assert.equal(harness.submitted().length, 1)
  })

  it('the answer says that nothing was started when S3 rejects the job document', async () => {
    const harness = await startHarness()
    harness.s3.faults.add({ operation: 'PutObject', action: { kind: 'error', code: 'AccessDenied' } })
    assert.match(await harness.type(example), /could not save the request, so nothing was started/)
    assert.deepEqual(harness.batch.requests, [])
    assert.deepEqual(harness.s3.keys('dev-iot-logs'), [])
  })

  it('the answer says so when Batch rejects the job, and the next command works', async () => {
    const harness = await startHarness()
    harness.batch.faults.add(batchFaults.refuses)
    assert.match(await harness.type(example), /AWS Batch did not accept the job, so nothing was started/)
    const job = harness.jobs()[0]!
    assert.equal(job.state, 'failed')
    assert.match(job.failure!.operatorText, /SubmitJob failed.*JobQueue slack is not valid/)
    assert.deepEqual(
      harness.s3.keys('dev-iot-logs').filter((key) => key.includes('/running/')),
      []
    )
    harness.batch.faults.clear()
    assert.match(await harness.type(example), /Started/)
  })

  it('a submission is retried when Batch throttles it', async () => {
    const harness = await startHarness()
    harness.batch.faults.add(batchFaults.throttlesOnce)
    assert.match(await harness.type(example), /Started/)
    assert.equal(harness.submitted().length, 1)
  })

  it('the command answers in time when Batch, S3 or Slack do not answer', async () => {
    for (const silent of ['batch', 's3', 'slack'] as const) {
      const harness = await startHarness({ isSilent: true, budgetMs: 1_500 })
      if (silent === 'batch') harness.batch.faults.add(batchFaults.hangs)
      if (silent === 's3') harness.s3.faults.add({ action: { kind: 'hang' } })
      if (silent === 'slack') harness.slack.faults.add({ action: { kind: 'hang' } })
      const text = await harness.type(example)
      assert.ok(harness.clock.nowMs() <= 1_500, silent)
      assert.match(text, /nothing (?:runs|was started)/, silent)
      assert.equal(harness.submitted().length, 0)
      assert.deepEqual(
        harness.jobs().map(({ state }) => state),
        silent === 'batch' ? ['failed'] : []
      )
    }
  })

  it('a job whose claim takes too long is ended before the answer says so', async () => {
    const harness = await startHarness({ isSilent: true, budgetMs: 1_800 })
    const { jobs } = harness.services.locations.of('dev')
    const claim = jobs.claim.bind(jobs)
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>()
    jobs.claim = async (...given) => {
      const claimed = await claim(...given)
      await answered
      return claimed
    }
    assert.match(await harness.type(example), /could not save the request, so nothing was started/)
    assert.equal(harness.jobs()[0]?.state, 'failed')
    assert.deepEqual(harness.batch.requests, [])
    Object.assign(jobs, { claim })
    assert.match(await harness.type(example), /Started/)
    answer()
  })

  it('a job is ended when its document was written too late for the answer', async () => {
    const harness = await startHarness({ isSilent: true, budgetMs: 1_800 })
    const { jobs } = harness.services.locations.of('dev')
    const [claim, end] = [jobs.claim.bind(jobs), jobs.end.bind(jobs)]
    const [answered, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    jobs.claim = async (...given) => {
      await answered.promise
      return claim(...given)
    }
    assert.match(await harness.type(example), /could not save the request, so nothing was started/)
    assert.deepEqual(harness.jobs(), [])
    jobs.end = async (...given) => end(...given).finally(ended.resolve)
    answered.resolve()
    await ended.promise
    assert.equal(harness.jobs()[0]?.state, 'failed')
    assert.deepEqual(harness.batch.requests, [])
    Object.assign(jobs, { claim })
    assert.match(await harness.type(example), /Started/)
  })

  it('membership depends only on the lists when there is no bot token', async () => {
    const harness = await startHarness({ hasBotToken: false })
    harness.slack.faults.add({ action: { kind: 'hang' } })
    assert.match(await harness.type(example), /Started/)
    assert.deepEqual(harness.slack.requests, [])
  })

  it('status shows the running jobs of a person, and their last results with links', async () => {
    const harness = await startHarness()
    assert.match(await harness.type('status'), /You have no exports since yesterday/)
    await harness.type(example)
    finish(harness)
    await harness.type('THING00002 telemetry 2023/10/01')
    await harness.type('THING00003 telemetry 2023/10/01', { user_id: 'U0OPS' })
    const text = await harness.type('status')
    assert.match(
      text,
      /\*Running\*\n• `THING00002`.*waiting for a machine · stop it with `\/iot-log cancel [a-z0-9]{6}`/
    )
    assert.match(
      text,
      /\*Last results\*\n• `THING00001`.*complete: 801 lines.*<https:\/\/abc\.lambda-url[^|]*\/download\//
    )
    assert.doesNotMatch(text, /THING00003/)
  })

  it('cancel stops the only running job of a person, or the one that they name', async () => {
    const harness = await startHarness()
    assert.equal(await harness.type('cancel'), 'You have no running exports.')
    await harness.type(example)
    assert.match(await harness.type('cancel zzzzzz'), /None of your running exports has that id:/)
    assert.equal(await harness.type('cancel', { user_id: 'U0OPS' }), 'You have no running exports.')
    assert.match(await harness.type('cancel'), /`THING00001` is being stopped/)
    assert.equal(harness.jobs()[0]?.state, 'cancelling')
    assert.deepEqual(harness.terminated(), [{ jobId: harness.batchJobId(1), reason: 'Cancelled on request' }])
    await harness.type('THING00002 telemetry 2023/10/01')
    assert.match(await harness.type('cancel'), /More than one export runs/)
    const second = harness.jobs().find(({ request }) => request.identifiers[0] === 'THING00002')!
    assert.match(await harness.type(`cancel ${second.id.slice(-6)}`), /`THING00002` is being stopped/)
    assert.equal(harness.terminated().length, 2)
  })

  it('a job that is cancelled before its submission is stopped', async () => {
    const harness = await startHarness()
    // The record is changed between its claim and its submission.
    const submit = harness.services.batch.submit
    const batch = {
      ...harness.services.batch,
      submit: async (...args: Parameters<typeof submit>) => {
        const job = harness.jobs()[0]!
        harness.putJob({ ...job, state: 'cancelling' })
        return submit(...args)
      }
    }
    Object.assign(harness.services, { batch })
    await harness.type(example)
    assert.equal(harness.terminated().length, 1)
    assert.equal(harness.jobs()[0]?.state, 'cancelling')
  })

  it('jobs are kept in the bucket of their environment, and all are found', async () => {
    const harness = await startHarness({
      change: (document) => {
        const { dev } = document.environments
        document.environments.prod = {
          ...dev,
          source: 's3://prod-iot-logs',
          submit: { ...dev.submit, spotQueue: 'prod' }
        }
      }
    })
    await harness.type('THING00001 telemetry 2023/10/01 prod')
    assert.equal(harness.s3.keys('prod-iot-logs').filter((key) => key.endsWith('.json')).length, 1)
    assert.equal(harness.submitted()[0]?.jobQueue, 'prod')
    assert.match(await harness.type('status'), /THING00001.*prod/)
    assert.match(await harness.type('cancel'), /is being stopped/)
  })

  it('the log holds neither what was typed nor response URLs', async () => {
    const harness = await startHarness()
    await harness.type(example)
    harness.batch.faults.add(batchFaults.refuses)
    await harness.type('THING00002 telemetry 2023/10/01')
    await harness.type('no such thing')
    assert.ok(harness.logged.length >= 2)
    assert.doesNotMatch(harness.logText(), /secret-of|xoxb|v0=|THING0000|no such thing/)
  })
})

function finish(harness: Harness): void {
  const job = harness.jobs()[0]!
  harness.putJob(finishedJob(job))
  harness.s3.delete('dev-iot-logs', `${prefix}jobs/running/T0IOTLOG/U0MINA/${job.id}`)
}
