import { testExactness } from '../contracts/exactness.ts'
import { placeIn, serveS3 } from '../support/s3-bucket.ts'

const server = await serveS3()
/** Nothing here is silent, and a busy machine does not use it up. */
const patienceMs = 60_000

testExactness('S3', async () => {
  const { settings, put } = placeIn(server, patienceMs)
  return { settings, put, [Symbol.asyncDispose]: async () => {} }
})
