/**
 * The JSON of an object with one member that may be longer than memory likes, piece by piece: the members of `before`,
 * then the list, one element to a line, then the members of `after`. Neither may be empty.
 */
export function* jsonWithList(before: object, name: string, list: Iterable<unknown>, after: object): Generator<string> {
  yield `${JSON.stringify(before, null, 2).slice(0, -2)},\n  ${JSON.stringify(name)}: [`
  let isFirst = true
  for (const one of list) {
    yield `${isFirst ? '' : ','}\n    ${JSON.stringify(one)}`
    isFirst = false
  }
  yield `${isFirst ? '' : '\n  '}],\n${JSON.stringify(after, null, 2).slice(2)}\n`
}
