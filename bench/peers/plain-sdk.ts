import { createWriteStream } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { GetObjectCommand, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3'
import limit from 'p-limit'

/*
 * How one reads small objects with the SDK: 32 GETs at a time, each into memory, gunzipSync, split, includes; lines in no
 * order. Region, endpoint and credentials come from the environment.
 *   node bench/peers/plain-sdk.ts BUCKET IDENTIFIER OUTPUT
 */

const [bucket, identifier, output] = process.argv.slice(2) as [string, string, string]
const client = new S3Client({ forcePathStyle: true })
const found = createWriteStream(output)
const atOnce = limit(32)
for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket })) {
  await Promise.all((page.Contents ?? []).map(({ Key }) => atOnce(() => search(Key!))))
}
await new Promise<void>((resolve) => found.end(resolve))
client.destroy()

async function search(key: string): Promise<void> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
  const text = gunzipSync(await Body!.transformToByteArray()).toString()
  if (!text.includes(identifier)) return
  for (const line of text.split('\n')) if (line.includes(identifier)) found.write(`${line}\n`)
}
