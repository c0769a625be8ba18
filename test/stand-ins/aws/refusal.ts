/** A rejection in AWS's words: a status, a type, and other fields of the answer. */
export class Refusal extends Error {
  readonly status: number
  readonly type: string
  readonly fields: Readonly<Record<string, string>>

  constructor(type: string, message: string, status = 400, fields: Readonly<Record<string, string>> = {}) {
    super(message)
    this.type = type
    this.status = status
    this.fields = fields
  }
}
