import { after, before } from 'node:test'
import { type AthenaServer, startAthenaServer } from '../stand-ins/athena/server.ts'
import { type S3Server, startS3Server } from '../stand-ins/s3/server.ts'
import { bucket, makeTablesAndViews, places, putAnalystDay } from './analyst-day.ts'
import { testAnswers } from './answers.ts'

let s3: S3Server
let athena: AthenaServer

before(async () => {
  s3 = await startS3Server({ buckets: { [bucket]: {} } })
  putAnalystDay(s3)
  athena = await startAthenaServer({ s3 })
  await makeTablesAndViews(athena)
})
after(async () => {
  await athena.close()
  await s3.close()
})

testAnswers(() => ({
  run: async (sql, parameters) => {
    const { rows, objects } = await athena.execute(sql, { database: places.database, parameters })
    return { rows, read: objects.map((uri) => uri.replace(`s3://${bucket}/`, '')).sort() }
  },
  storedBytes: (key) => s3.get(bucket, key)!.length
}))
