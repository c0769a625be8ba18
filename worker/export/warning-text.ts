import type { Category } from '../contract/config.ts'
import { formatCount } from '../contract/units.ts'
import type { CountedWarning, Warning, WarningCode } from '../contract/warning.ts'
import { joinedHint } from '../formats/likely-format.ts'

/** A warning of a category as the manifest has it: how much, where, what it may be. */
export function describeWarning(warning: CountedWarning, category: Category): Warning {
  const { code, count, keys } = warning
  return { code, count, keys, text: `${category.name}: ${texts[code](warning, category)}` }
}

const texts: Readonly<Record<WarningCode, (warning: CountedWarning, category: Category) => string>> = {
  'not-text': ({ count, hint }) => `${formatCount(count, 'object')} can’t be read as text${hint && `: ${hint}`}`,
  'format-mismatch': ({ count, objects, hint }, { format }) =>
    (hint === joinedHint
      ? `${formatCount(count, 'document')} on one line in ${formatCount(objects, 'object')}`
      : `${formatCount(count, 'record')} in ${formatCount(objects, 'object')} ${count === 1 ? 'does' : 'do'} not fit the format ${format}`) +
    (hint && `: the format may be ${hint}`),
  'no-time': ({ count, objects, hint }) => {
    const [whose, who] = count === 1 ? ['its', 'it'] : ['their', 'they']
    const records = `${formatCount(count, 'matching record')} in ${formatCount(objects, 'object')}`
    const where = hint === 'left out' ? 'outside' : 'in'
    return `${records} without a time of ${whose} own, ${hint}: ${who} arrived ${where} the window`
  },
  'outside-window': ({ count, objects }, { layout, lookaheadHours }) =>
    `${formatCount(count, 'matching record')} in ${formatCount(objects, 'object')} left out: ${count === 1 ? 'its' : 'their'} time is outside the window ` +
    `(the ${layout.hasHours ? 'hour' : 'day'} before it and ${formatCount(lookaheadHours, 'hour')} after it were read too)`,
  'several-devices': ({ hint }) => `what was asked for matched ${hint}`
}
