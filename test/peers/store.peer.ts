import { openStore } from '../../worker/stores/open-store.ts'
import { testStoreContract } from '../contracts/store.ts'
import { createBucket, placeIn } from './peer-bucket.ts'

const bucket = await createBucket('store-contract')

testStoreContract(`S3 store on ${process.env.PEER}`, async () => {
  const { settings, put, remove, everything, watch } = placeIn(bucket)
  const store = watch(openStore(settings))
  return { store, put, remove, everything, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() }
})
