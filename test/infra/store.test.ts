import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { errorPrefix, firehosePrefix } from '../../infra/store/firehose-prefix.ts'
import { parseLayout, prefixAt } from '../../worker/contract/layout.ts'
import { everything, synthesise } from './apps.ts'
import { onlyOf, propertiesOf, templateOf, textOf } from './templates.ts'

const app = synthesise(everything)
const store = templateOf(app, 'iot-log-dev-store')
const bucket = onlyOf(store, 'AWS::S3::Bucket')

interface Rule {
  readonly Id: string
  readonly Prefix?: string
  readonly ExpirationInDays?: number
  readonly NoncurrentVersionExpiration?: { readonly NoncurrentDays: number }
  readonly AbortIncompleteMultipartUpload?: { readonly DaysAfterInitiation: number }
  readonly ExpiredObjectDeleteMarker?: boolean
}
const rules: Rule[] = bucket.LifecycleConfiguration.Rules

describe('the bucket of the logs', () => {
  it('is encrypted, has versions, and is closed to the public', () => {
    assert.equal(
      bucket.BucketEncryption.ServerSideEncryptionConfiguration[0].ServerSideEncryptionByDefault.SSEAlgorithm,
      'AES256'
    )
    assert.equal(bucket.VersioningConfiguration.Status, 'Enabled')
    assert.deepEqual(Object.values(bucket.PublicAccessBlockConfiguration), [true, true, true, true])
    assert.equal(bucket.OwnershipControls.Rules[0].ObjectOwnership, 'BucketOwnerEnforced')
  })

  it('takes TLS 1.2 and later alone, and no links that are older than they may get', () => {
    const { Statement } = onlyOf(store, 'AWS::S3::BucketPolicy').PolicyDocument as {
      Statement: { Effect: string; Condition: unknown; Resource: unknown }[]
    }
    const denied = Statement.filter(({ Effect }) => Effect === 'Deny')
    assert.deepEqual(
      denied.map(({ Condition }) => Condition),
      [
        { Bool: { 'aws:SecureTransport': 'false' } },
        { NumericLessThan: { 's3:TlsVersion': 1.2 } },
        { NumericGreaterThan: { 's3:signatureAge': '3600000' } }
      ]
    )
    assert.equal(denied.at(-1)!.Resource, 'arn:aws:s3:::dev-iot-logs/slack/iot-logs/*')
  })

  it('outlives its stack', () => {
    const [resource] = Object.values(store.Resources).filter(({ Type }) => Type === 'AWS::S3::Bucket')
    assert.equal(resource!.DeletionPolicy, 'Retain')
  })

  it('expires results after a day, versions too, and logs after thirty', () => {
    const of = (prefix: string) => rules.find(({ Prefix }) => Prefix === prefix)!
    assert.equal(of('slack/').ExpirationInDays, 1)
    assert.equal(of('slack/').NoncurrentVersionExpiration!.NoncurrentDays, 1)
    for (const prefix of ['telemetry/', 'commands/', 'lifecycle/', 'app/year=', 'errors/']) {
      assert.equal(of(prefix).ExpirationInDays, 30, prefix)
      assert.equal(of(prefix).NoncurrentVersionExpiration!.NoncurrentDays, 7, prefix)
    }
    assert.equal(of('athena-results/').ExpirationInDays, 7)
  })

  it('records that sinks rejected are kept longer than results, for the configured time', () => {
    const { ExpirationInDays, NoncurrentVersionExpiration } = rules.find(
      ({ Prefix }) => Prefix === 'forward/rejected/'
    )!
    assert.deepEqual([ExpirationInDays, NoncurrentVersionExpiration!.NoncurrentDays], [14, 7])
  })

  it('aborts stale uploads, whatever their keys', () => {
    const [abort, ...more] = rules.filter(({ AbortIncompleteMultipartUpload }) => AbortIncompleteMultipartUpload)
    assert.deepEqual([abort!.AbortIncompleteMultipartUpload!.DaysAfterInitiation, abort!.Prefix], [1, undefined])
    assert.deepEqual(more, [])
    assert.ok(rules.some(({ ExpiredObjectDeleteMarker, Prefix }) => ExpiredObjectDeleteMarker && Prefix === undefined))
  })

  it('keeps retention, expiry and prefixes as the configuration has them', () => {
    const other = synthesise((document) => {
      document.environments.dev.source = 's3://dev-iot-logs/fleet/'
      document.environments.dev.deploy.retentionDays = 400
      document.output = { prefix: 'answers/of/iot-log/', expiryDays: 3, store: 's3://dev-results' }
      document.forward = { prefix: 'laid/aside/' }
    })
    const [logs, results] = propertiesOf(templateOf(other, 'iot-log-dev-store'), 'AWS::S3::Bucket')
    const prefixes = (one: typeof logs) =>
      (one!.LifecycleConfiguration.Rules as Rule[]).map(({ Prefix, ExpirationInDays }) => [Prefix, ExpirationInDays])
    assert.deepEqual(prefixes(logs).slice(0, 3), [
      ['fleet/commands/', 400],
      ['fleet/lifecycle/', 400],
      ['fleet/telemetry/', 400]
    ])
    assert.equal(results!.BucketName, 'dev-results')
    assert.deepEqual(prefixes(results), [
      ['answers/', 3],
      ['laid/aside/rejected/', 30],
      [undefined, undefined],
      [undefined, undefined]
    ])
    assert.equal(results!.PublicAccessBlockConfiguration.RestrictPublicBuckets, true)
  })

  it('of another account lets the ingress keep records below its prefix, and no more', () => {
    const prod = templateOf(app, 'iot-log-prod-store')
    const { Statement } = onlyOf(prod, 'AWS::S3::BucketPolicy').PolicyDocument
    const allowed = (Statement as { Effect: string; Action: unknown; Resource: unknown; Condition: object }[]).filter(
      ({ Effect }) => Effect === 'Allow'
    )
    assert.deepEqual(
      allowed.map(({ Action, Resource }) => [Action, Resource]),
      [
        [['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], 'arn:aws:s3:::prod-iot-logs/slack/iot-logs/*'],
        ['s3:ListBucket', 'arn:aws:s3:::prod-iot-logs']
      ]
    )
    for (const { Condition } of allowed) assert.match(textOf(Condition), /role\/iot-log-dev-slack/)
  })
})

describe('a stream', () => {
  const streams = new Map(
    propertiesOf(store, 'AWS::KinesisFirehose::DeliveryStream').map((one) => [one.DeliveryStreamName as string, one])
  )
  const destination = (name: string) => streams.get(name)!.ExtendedS3DestinationConfiguration

  it('writes gzip under the layout of its category, and what fails elsewhere', () => {
    const { CompressionFormat, FileExtension, Prefix, ErrorOutputPrefix } = destination('iot-log-dev-telemetry')
    assert.deepEqual([CompressionFormat, FileExtension], ['GZIP', '.gz'])
    assert.equal(Prefix, 'telemetry/!{timestamp:yyyy}/!{timestamp:MM}/!{timestamp:dd}/!{timestamp:HH}/')
    assert.match(ErrorOutputPrefix, /^errors\/iot-log-dev-telemetry\//)
    for (const [, { ExtendedS3DestinationConfiguration: one }] of streams) {
      assert.ok(!one.Prefix.startsWith('errors/') && one.ErrorOutputPrefix.startsWith('errors/'))
    }
  })

  it('delivery errors go to an existing log stream, since Firehose creates none', () => {
    const made = Object.entries(store.Resources).filter(([, { Type }]) => Type === 'AWS::Logs::LogStream')
    assert.equal(made.length, streams.size)
    for (const [name] of streams) {
      const { LogGroupName, LogStreamName } = destination(name).CloudWatchLoggingOptions
      const [, { Properties }] = made.find(([id]) => id === LogStreamName.Ref)!
      assert.deepEqual([Properties.LogGroupName, Properties.LogStreamName], [LogGroupName, name])
    }
  })

  it('encrypts what it holds', () => {
    for (const [, { DeliveryStreamEncryptionConfigurationInput: how }] of streams) {
      assert.equal(how.KeyType, 'AWS_OWNED_CMK')
    }
  })

  it('from CloudWatch Logs takes messages out of their envelopes, a line each', () => {
    const { Processors } = destination('iot-log-dev-app-logs').ProcessingConfiguration
    assert.deepEqual(
      (Processors as { Type: string }[]).map(({ Type }) => Type),
      ['Decompression', 'CloudWatchLogProcessing', 'AppendDelimiterToRecord']
    )
  })

  it('from CloudWatch Logs keeps the envelopes where the format reads them: gzip already, member after member', () => {
    const other = synthesise((document) => {
      document.categories.app = { layout: 'app/{yyyy}/{MM}/{dd}/', format: 'cloudwatch' }
      document.environments.dev.deploy.ingest = { app: { logGroups: ['/aws/lambda/app'] } }
    })
    const { ExtendedS3DestinationConfiguration: kept } = onlyOf(
      templateOf(other, 'iot-log-dev-store'),
      'AWS::KinesisFirehose::DeliveryStream'
    )
    assert.deepEqual([kept.CompressionFormat, kept.FileExtension], ['UNCOMPRESSED', '.gz'])
    assert.equal(kept.ProcessingConfiguration, undefined)
  })

  it('of an application account is its own', () => {
    assert.deepEqual(
      [...streams.keys()].filter((name) => /-\d{12}$/.test(name)),
      ['iot-log-dev-app-222222222222', 'iot-log-dev-app-333333333333']
    )
    const { DestinationPolicy } = onlyOf(store, 'AWS::Logs::Destination')
    assert.deepEqual(JSON.parse(DestinationPolicy).Statement[0].Principal, { AWS: ['222222222222', '333333333333'] })
  })

  it('has the prefixes that the worker lists, whatever the layout', () => {
    const word = fc.stringMatching(/^[a-z0-9=_-]{0,8}$/)
    const parts = fc.shuffledSubarray(['{yyyy}', '{MM}', '{dd}', '{HH}'], { minLength: 4 })
    fc.assert(
      fc.property(parts, fc.array(word, { minLength: 5, maxLength: 5 }), fc.nat(4e12), (places, words, timeMs) => {
        const template = `${words[0]}${places.map((place, at) => place + words[at + 1]).join('/')}/`
        const parsed = parseLayout(template)
        if ('problem' in parsed) return
        const { layout } = parsed
        const written = firehosePrefix('fleet/', layout).replaceAll(/!\{timestamp:(\w+)\}/g, (_, field: string) =>
          javaTime(field, timeMs)
        )
        assert.equal(written, `fleet/${prefixAt(layout, timeMs)}`)
      })
    )
    assert.doesNotMatch(errorPrefix('', 'a'), /YYYY|DD/)
  })
})

/** As https://docs.oracle.com/javase/8/docs/api/java/time/format/DateTimeFormatter.html has it. */
function javaTime(field: string, timeMs: number): string {
  const time = new Date(timeMs)
  const two = (value: number): string => String(value).padStart(2, '0')
  const fields: Readonly<Record<string, string>> = {
    yyyy: String(time.getUTCFullYear()),
    MM: two(time.getUTCMonth() + 1),
    dd: two(time.getUTCDate()),
    HH: two(time.getUTCHours())
  }
  return fields[field] ?? assert.fail(`no field ${field}`)
}

describe('a topic rule', () => {
  it('sends messages as lines to the stream of their category', () => {
    const made = propertiesOf(store, 'AWS::IoT::TopicRule').map(({ TopicRulePayload: { Sql, Actions } }) => {
      const { DeliveryStreamName, Separator } = Actions[0].Firehose
      return [Sql, DeliveryStreamName, Separator]
    })
    assert.deepEqual(made, [
      ["SELECT * FROM 'iot/telemetry/#'", 'iot-log-dev-telemetry', '\n'],
      ["SELECT * FROM 'iot/commands/#'", 'iot-log-dev-command', '\n'],
      ["SELECT * FROM '$aws/events/presence/connected/+'", 'iot-log-dev-lifecycle', '\n'],
      ["SELECT * FROM '$aws/events/presence/disconnected/+'", 'iot-log-dev-lifecycle', '\n']
    ])
  })
})
