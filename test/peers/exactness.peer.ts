import { testExactness } from '../contracts/exactness.ts'
import { createBucket, placeIn } from './peer-bucket.ts'

const bucket = await createBucket('exactness')

testExactness(`${process.env.PEER}`, async () => {
  const { settings, put } = placeIn(bucket)
  return { settings, put, [Symbol.asyncDispose]: async () => {} }
})
