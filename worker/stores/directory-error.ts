import { type ErrorCode, IotLogError, messageOf } from '../contract/errors.ts'

/** The meaning of the operating system's error codes; see errno(3). */
const meanings: Readonly<Record<string, { readonly code: ErrorCode; readonly text: string }>> = {
  ENOENT: { code: 'not-found', text: 'Not found' },
  ENOTDIR: { code: 'not-found', text: 'Not found' },
  EACCES: { code: 'denied', text: 'Permission denied' },
  EPERM: { code: 'denied', text: 'Permission denied' },
  EROFS: { code: 'denied', text: 'The file system is read-only' },
  EEXIST: { code: 'output-exists', text: 'Already there' },
  ENOSPC: { code: 'no-space', text: 'No space left on the disk' },
  EDQUOT: { code: 'no-space', text: 'The disk quota is used up' }
}

/** An error of the file system as a store's error with the path. */
export function storeError(path: string, error: unknown): IotLogError {
  if (error instanceof IotLogError) return error
  const meaning = meanings[(error as NodeJS.ErrnoException).code ?? '']
  const text = meaning ? `${meaning.text}: ${path}` : `${messageOf(error)}: ${path}`
  return new IotLogError(meaning?.code ?? 'io', text, { subject: path, cause: error })
}
