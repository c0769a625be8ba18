/*
 * What a template of a layout must not be. A prefix must say exactly one hour or day, and no prefix may begin another.
 */

const placeholder = /\{([^{}]*)\}/g
const ofTime = ['yyyy', 'MM', 'dd', 'HH', 'M', 'd', 'H']
const ofNames = ['account', 'region', 'identifier']
const nameMark = /\*|\{(?:account|region|identifier)\}/g

/** The first problem of a template; undefined if it is right. */
export function layoutProblem(template: string): string | undefined {
  return placeholderProblem(template) ?? keyProblem(template) ?? namesProblem(template) ?? digitsProblem(template)
}

function placeholderProblem(template: string): string | undefined {
  const names = [...template.matchAll(placeholder)].map((match) => match[1]!)
  const unknown = names.find((name) => !ofTime.includes(name) && !ofNames.includes(name))
  if (unknown !== undefined) {
    return `unknown placeholder {${unknown}}; write {yyyy}, {MM}, {dd} or {HH} ({M}, {d}, {H} without leading zeros), {account}, {region}, {identifier} or *`
  }
  if (/[{}]/.test(template.replace(placeholder, ''))) return 'a brace is not closed'
  const missing = [['yyyy'], ['MM', 'M'], ['dd', 'd']].find((part) => !part.some((name) => names.includes(name)))
  if (missing) return `{${missing[0]}} is missing; a layout must contain the day: {yyyy}, {MM} and {dd}`
  const both = [
    ['MM', 'M'],
    ['dd', 'd'],
    ['HH', 'H']
  ].find((part) => part.every((name) => names.includes(name)))
  if (both) return `{${both[0]}} and {${both[1]}} are the same part of the time: write one of them`
  const repeated = ofNames.find((name) => names.indexOf(name) !== names.lastIndexOf(name))
  return repeated && `{${repeated}} is there twice: an object has one`
}

function keyProblem(template: string): string | undefined {
  if (template.startsWith('/')) return 'a key prefix must not begin with a slash'
  if (template.split('/').some((segment) => segment === '.' || segment === '..')) {
    return 'a key must not have a "." or ".." segment'
  }
  if (/\p{Cc}/u.test(template)) return 'a key prefix must not have control characters'
  return undefined
}

/** `*`, `{account}` and `{region}` are found by listing the folders of one segment. */
function namesProblem(template: string): string | undefined {
  if (template.includes('**')) return '** has no meaning: a * stands for one segment of the key; write */*/ for two'
  const segments = template.split('/')
  const crowded = segments.find((segment) => (segment.match(nameMark) ?? []).length > 1)
  if (crowded !== undefined) {
    return `"${crowded}" has more than one *, {account}, {region} or {identifier}: a segment of the key can have one`
  }
  if (/\{identifier\}(?!\/)/.test(template)) {
    return '{identifier} must end its segment: {identifier}/. Other text behind it may be part of the name of another device'
  }
  const last = segments.at(-1)!.match(nameMark)?.[0]
  if (last)
    return `${last} needs a slash behind its segment: a layout is a prefix, so its end stands for any text already`
  const touching = /(?:\*|\{(?:account|region|identifier)\})\{|\}(?:\*|\{(?:account|region|identifier)\})/.exec(
    template
  )
  if (touching) return `${touching[0]}: text is needed between a name and another placeholder`
  const [, day = ''] = /(\{(?:yyyy|MM?|dd?)\}.*\{(?:yyyy|MM?|dd?)\})/s.exec(template) ?? []
  const inside = day.match(nameMark)?.[0]
  return inside && `${inside} is inside the date: write it before or after {yyyy}, {MM} and {dd}`
}

/** `1` begins `10`: without other text behind it, the prefix of one day would be that of others too. */
function digitsProblem(template: string): string | undefined {
  const open = /(\{[MdH]\})(?:$|[{*\d])/.exec(template)
  return open ? `${open[1]} has no leading zero, so text that is no digit must follow it` : undefined
}
