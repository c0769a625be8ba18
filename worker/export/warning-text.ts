import type { Category } from '../contract/config.ts'
import { formatCount } from '../contract/units.ts'
import type { CountedWarning, Warning, WarningCode } from '../contract/warning.ts'

/** A warning of a category as the manifest has it: how much, where, what it may be. */
export function describeWarning(warning: CountedWarning, category: Category): Warning {
  const { code, count, keys } = warning
  return { code, count, keys, text: `${category.name}: ${texts[code](warning, category)}` }
}

const texts: Readonly<Record<WarningCode, (warning: CountedWarning, category: Category) => string>> = {
  'not-text': ({ count, hint }) => `${formatCount(count, 'object')} can’t be read as text${hint && `: ${hint}`}`,
  'format-mismatch': ({ count, objects, hint }, { format }) =>
    `${formatCount(count, 'record')} in ${formatCount(objects, 'object')} do not fit the format ${format}` +
    (hint && `: the format may be ${hint}`),
  'no-time': ({ count, objects }) =>
    `${formatCount(count, 'matching record')} in ${formatCount(objects, 'object')} have no time of their own`,
  'outside-window': ({ count, objects }) =>
    `${formatCount(count, 'matching record')} in ${formatCount(objects, 'object')} left out: their time is outside the window`,
  'several-devices': ({ count, hint }) => `the identifier matched ${formatCount(count, 'device')}: ${hint}`
}
