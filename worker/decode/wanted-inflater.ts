import type { Variables } from '../config/variables.ts'
import { loadNative } from '../native/load-native.ts'
import { type InflaterName, inflaterNames } from './inflater.ts'

/** `IOT_LOG_INFLATER` names an inflater instead of the fastest one: to compare them, or if one fails on a machine. */
export function wantedInflater(variables: Variables): InflaterName | undefined {
  const name = variables.oneOf('IOT_LOG_INFLATER', inflaterNames)
  const addOn = name === 'isa-l' ? loadNative() : undefined
  if (addOn && !addOn.native) variables.refuse('IOT_LOG_INFLATER', `the native add-on can't be used: ${addOn.reason}`)
  return name
}
