/** A refusal in AWS's words: a status, and a type in `x-amzn-errortype`. */
export class BatchError extends Error {
  readonly status: number
  readonly type: string

  constructor(type: string, message: string, status = type === 'ServerException' ? 500 : 400) {
    super(message)
    this.type = type
    this.status = status
  }
}

/** What the caller did wrong. */
export const clientError = (message: string): BatchError => new BatchError('ClientException', message)
