import { Refusal } from '../aws/refusal.ts'

/** What the caller did wrong. */
export const clientError = (message: string): Refusal => new Refusal('ClientException', message)
