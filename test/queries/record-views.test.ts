import { after, before, describe } from 'node:test'
import { fillStatement } from '../../worker/athena/placeholders.ts'
import { type AthenaServer, startAthenaServer } from '../stand-ins/athena/server.ts'
import { type S3Server, startS3Server } from '../stand-ins/s3/server.ts'
import { putAccessDay } from './access-day.ts'
import { bucket, places } from './analyst-day.ts'
import type { AnalystEngine } from './answers.ts'
import { testRecordQueries } from './record-answers.ts'
import { putRecordDay, recordTables, recordViews } from './record-day.ts'
import { testRecordViews } from './record-parity.ts'

describe('record views', () => {
  let s3: S3Server
  let athena: AthenaServer

  before(async () => {
    s3 = await startS3Server({ buckets: { [bucket]: {} } })
    putRecordDay(s3)
    putAccessDay(s3)
    athena = await startAthenaServer({ s3 })
    await athena.execute(`CREATE DATABASE ${places.database}`)
    for (const statement of [...recordTables, ...recordViews.map(({ statement }) => statement)]) {
      await athena.execute(fillStatement(statement, places))
    }
  })
  after(async () => {
    await athena.close()
    await s3.close()
  })

  const engine = (): Pick<AnalystEngine, 'run'> => ({
    run: async (sql, parameters) => {
      const { rows, objects } = await athena.execute(sql, { database: places.database, parameters })
      return { rows, read: objects }
    }
  })
  testRecordViews(engine)
  testRecordQueries(engine)
})
