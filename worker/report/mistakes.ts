import { type IotLogError, ProblemsError } from '../contract/errors.ts'
import { printable } from './result-text.ts'

/** The lines of a terminal for an error that the user can fix: every mistake, or what happened. */
export function mistakeLines(error: IotLogError): string[] {
  if (!(error instanceof ProblemsError)) return [`iot-log: ${printable(error.message)}`]
  const { problems } = error
  const what = problems.length === 1 ? 'one mistake' : `${problems.length} mistakes`
  return [`iot-log: ${what}`, ...problems.map(({ text }) => `  ${printable(text)}`)]
}
