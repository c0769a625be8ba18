import { Refusal } from '../../aws/refusal.ts'
import { QueryFailure } from '../failure.ts'
import { isWord, tokensOf } from './tokens.ts'

/*
 * Execution parameters stand in for `?`, in order, and only in a WHERE clause:
 * https://docs.aws.amazon.com/athena/latest/ug/querying-with-prepared-statements.html
 */

const literal =
  /^(?:'(?:[^']|'')*'|[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|true|false|null|(?:date|timestamp) '[0-9T:. -]*')$/i
const clauses = ['WITH', 'SELECT', 'FROM', 'WHERE', 'GROUP', 'HAVING', 'ORDER', 'LIMIT', 'OFFSET', 'ON', 'VALUES', 'TO']

/** Refuses a parameter that is no SQL literal: the engine takes it as SQL, so that it could be anything. */
export function checkParameters(parameters: readonly string[]): void {
  const wrong = parameters.findIndex((parameter) => !literal.test(parameter))
  if (wrong < 0) return
  throw new Refusal('InvalidRequestException', `Execution parameter ${wrong + 1} is not an SQL literal`, 400, {
    AthenaErrorCode: 'INVALID_INPUT'
  })
}

/** Puts the parameters where they belong. @throws QueryFailure where there are more or fewer, or one stands elsewhere */
export function bindParameters(sql: string, parameters: readonly string[]): string {
  let bound = ''
  let at = 0
  let used = 0
  const clauseOf: string[] = ['']
  for (const token of tokensOf(sql)) {
    if (token.text === '(') clauseOf.push(clauseOf.at(-1)!)
    else if (token.text === ')') clauseOf.pop()
    else if (isWord(token, ...clauses)) clauseOf[clauseOf.length - 1] = token.text.toUpperCase()
    else if (token.kind === 'symbol' && token.text === '?') {
      if (clauseOf.at(-1) !== 'WHERE') {
        throw QueryFailure.syntax(`a parameter may stand only in a WHERE clause, not after ${clauseOf.at(-1)}`)
      }
      bound += sql.slice(at, token.start) + (parameters[used++] ?? '?')
      at = token.end
    }
  }
  if (used !== parameters.length) {
    const text = `INVALID_PARAMETER_USAGE: line 1:1: Incorrect number of parameters: expected ${used} but found ${parameters.length}`
    throw new QueryFailure(text, 1006)
  }
  return bound + sql.slice(at)
}
