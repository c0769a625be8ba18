import type { MethodEntry } from './call.ts'
import { chatMethods } from './methods-chat.ts'
import { fileMethods } from './methods-files.ts'
import { peopleMethods } from './methods-people.ts'
import { viewMethods } from './methods-views.ts'

/** Every method that is known here. */
export const methods: Readonly<Record<string, MethodEntry>> = {
  ...chatMethods,
  ...peopleMethods,
  ...viewMethods,
  ...fileMethods
}
