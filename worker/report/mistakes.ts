import { type IotLogError, ProblemsError } from '../contract/errors.ts'
import { printable } from './result-text.ts'

/** What is told of an error that a person can mend, in lines for a terminal: every mistake of several, or what happened. */
export function mistakeLines(error: IotLogError): string[] {
  if (!(error instanceof ProblemsError)) return [`iot-log: ${printable(error.message)}`]
  const { problems } = error
  const what = problems.length === 1 ? 'one mistake' : `${problems.length} mistakes`
  return [`iot-log: ${what}`, ...problems.map(({ text }) => `  ${printable(text)}`)]
}
