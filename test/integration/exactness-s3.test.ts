import { testExactness } from '../contracts/exactness.ts'
import { placeIn, serveS3 } from '../support/s3-bucket.ts'

const server = await serveS3()

testExactness('S3', async () => {
  const { settings, put } = placeIn(server)
  return { settings, put, [Symbol.asyncDispose]: async () => {} }
})
