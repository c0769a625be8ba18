import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import {
  GetBucketEncryptionCommand,
  GetBucketTaggingCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client
} from '@aws-sdk/client-s3'
import { writeBundle } from '../../infra/bundles.ts'
import { Jobs } from '../../worker/jobs/jobs.ts'
import { nodeFlags } from '../../worker/node-flags.ts'
import { openDocuments } from '../../worker/stores/open-store.ts'
import { forwarding, synthesise } from '../infra/apps.ts'
import { readArchive } from '../support/archives.ts'
import { buildProgram } from '../support/build-program.ts'
import { referenceDocument } from '../support/configurations.ts'
import { askedMs, wantedJob } from '../support/jobs.ts'
import { startCommand } from '../support/run-cli.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { createStack, only, resourceTypes } from './cloudformation.ts'

/*
 * The templates, made by a peer that has CloudFormation, as far as it knows the types of their resources; and an export
 * with the bundle of the image in the bucket that came of it.
 */

/**
 * What moto 5.2.5 makes from a template and describes. It knows no ecsProperties of Batch, and no functions without
 * uploaded code.
 */
const knownTypes = [
  'AWS::EC2::InternetGateway',
  'AWS::EC2::Route',
  'AWS::EC2::RouteTable',
  'AWS::EC2::SecurityGroup',
  'AWS::EC2::Subnet',
  'AWS::EC2::SubnetRouteTableAssociation',
  'AWS::EC2::VPC',
  'AWS::EC2::VPCEndpoint',
  'AWS::EC2::VPCGatewayAttachment',
  'AWS::Events::Rule',
  'AWS::IAM::ManagedPolicy',
  'AWS::IAM::Role',
  'AWS::Logs::LogGroup',
  'AWS::Logs::ResourcePolicy',
  'AWS::S3::Bucket',
  'AWS::SNS::Topic',
  'AWS::SQS::Queue'
]

const bucket = 'dev-iot-logs'
const client = new S3Client({})
after(() => client.destroy())

const skip = process.env.PEER === 'moto' ? false : `${process.env.PEER} has no CloudFormation`

describe('infrastructure', { skip }, () => {
  before(async () => {
    const { templates } = synthesise(forwarding)
    for (const [name, template] of templates) {
      const known = only(template, knownTypes)
      await createStack(name, known)
      const wanted = Object.values(known.Resources).map(({ Type }) => Type)
      assert.deepEqual(await resourceTypes(name), wanted.sort(), name)
      assert.ok(wanted.length > 0, name)
    }
  })

  it('makes the bucket that the template says, as far as it takes it from there', async () => {
    const { ServerSideEncryptionConfiguration } = await client.send(new GetBucketEncryptionCommand({ Bucket: bucket }))
    const [rule] = ServerSideEncryptionConfiguration!.Rules!
    assert.equal(rule!.ApplyServerSideEncryptionByDefault!.SSEAlgorithm, 'AES256')
    const { TagSet } = await client.send(new GetBucketTaggingCommand({ Bucket: bucket }))
    assert.deepEqual(
      TagSet!.filter(({ Key }) => Key === 'iot-log').map(({ Value }) => Value),
      ['dev']
    )
  })

  it('exports a day with the bundle of the image', async () => {
    using place = temporaryDirectory()
    const dist = join(place.path, 'dist')
    await buildProgram(dist)
    const document = referenceDocument()
    // The owner of the bucket has an account number of the peer's own.
    delete document.environments.dev.account
    const config = join(place.path, 'config.json')
    writeFileSync(config, JSON.stringify(document))
    const image = join(place.path, 'image')
    writeBundle('worker', dist, config, image)
    const Body = gzipSync('THING00001 is here\nnobody\n')
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'telemetry/2023/10/01/05/a.gz', Body }))
    const { prefix } = document.output
    const documents = openDocuments({ url: `s3://${bucket}`, region: process.env.AWS_REGION })
    const jobs = new Jobs({ documents, prefix, nowMs: () => askedMs })
    const { job } = await jobs.claim(wantedJob(['THING00001', 'telemetry', '2023/10/01']))
    const args = [...nodeFlags, 'worker-main.mjs', job.id]
    const { code, stdout } = await startCommand(process.execPath, args, { cwd: image }).finished
    assert.equal(code, 0, stdout)
    const ended = (await jobs.find(job.id))!
    assert.equal(ended.state, 'complete')
    const { Body: archive } = await client.send(
      new GetObjectCommand({ Bucket: bucket, Key: ended.result!.archive!.key })
    )
    const path = join(place.path, 'archive.zip')
    writeFileSync(path, await archive!.transformToByteArray())
    assert.equal((await readArchive(path)).get('telemetry_20231001.log')!.toString(), 'THING00001 is here\n')
    await documents[Symbol.asyncDispose]()
  })
})
