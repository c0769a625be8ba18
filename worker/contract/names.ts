import { compactWindow, type Window } from './window.ts'

const maxNameLength = 100
/** Names that Windows keeps for devices, whatever follows the first dot. */
const reserved = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/i

/** `telemetry_20231001.log`: the entry of one category. */
export function entryName(category: string, window: Window): string {
  return `${safeName(category)}_${compactWindow(window)}.log`
}

/** `20231001_THING00001.zip`; several identifiers are named by the first and `+N`. */
export function archiveName(identifiers: readonly string[], window: Window): string {
  const others = identifiers.length > 1 ? `+${identifiers.length - 1}` : ''
  const stem = `${compactWindow(window)}_`
  return `${stem}${safeName(identifiers[0]!).slice(0, maxNameLength - stem.length - others.length - 4)}${others}.zip`
}

/**
 * Where an archive goes below the output prefix: `<YYYYMMDDhhmmss>/<archive>`, the stamp being the request's time, UTC. A
 * job adds the end of its id, `<stamp>-<6 letters>/`: two people may ask for the same device in the same second.
 */
export function archiveKey(prefix: string, requestedMs: number, archive: string, jobId = ''): string {
  const stamp = new Date(requestedMs)
    .toISOString()
    .slice(0, 19)
    .replace(/[^0-9]/g, '')
  return `${prefix}${stamp}${jobId && `-${jobId.slice(-6)}`}/${archive}`
}

/**
 * A name that every file system and every zip reader takes: characters outside `A-Za-z0-9._-` become `_`, at most 100
 * of them, no leading dot, no device name of Windows.
 */
export function safeName(text: string): string {
  const mapped = Array.from(text, (letter) => (/[A-Za-z0-9._-]/.test(letter) ? letter : '_')).join('')
  const visible = mapped.replace(/^\.+/, (dots) => '_'.repeat(dots.length))
  const name = reserved.test(visible) ? `_${visible}` : visible
  return name.slice(0, maxNameLength) || '_'
}
