/** A half-open span of UTC time `[fromMs, toMs)`, in milliseconds since 1970, on whole minutes. */
export interface Window {
  readonly fromMs: number
  readonly toMs: number
  /** `day` if it begins and ends at midnight, else `hour` if at whole hours, else `minute`. Names show it so far. */
  readonly unit: 'day' | 'hour' | 'minute'
}

export const minuteMs = 60_000
export const hourMs = 60 * minuteMs
export const dayMs = 24 * hourMs

/** The window from one time to another. */
export function windowBetween(fromMs: number, toMs: number): Window {
  const isOn = (unitMs: number): boolean => fromMs % unitMs === 0 && toMs % unitMs === 0
  if (isOn(dayMs)) return { fromMs, toMs, unit: 'day' }
  return { fromMs, toMs, unit: isOn(hourMs) ? 'hour' : 'minute' }
}

/** The whole hours that hold a window: keys and partitions name no smaller time. */
export function hoursAround({ fromMs, toMs }: Window): Window {
  return windowBetween(fromMs - (fromMs % hourMs), Math.ceil(toMs / hourMs) * hourMs)
}

/** `20231001`, `20231001-20231003`, `20231001T09-20231001T12` or `20231001T0915-20231001T0930`: a window in file names. */
export function compactWindow(window: Window): string {
  return typedWindow(window).replaceAll(/[-:]/g, '').replace('..', '-')
}

/**
 * `2023-10-01`, `2023-10-01..2023-10-03`, `2023-10-01T09..2023-10-01T12` or `2023-10-01T09:15..2023-10-01T09:30`: a window
 * as people type and read it.
 */
export function typedWindow({ fromMs, toMs, unit }: Window): string {
  if (unit === 'hour') return `${typedHour(fromMs)}..${typedHour(toMs)}`
  if (unit === 'minute') return `${typedMinute(fromMs)}..${typedMinute(toMs)}`
  const lastDay = toMs - dayMs
  return lastDay === fromMs ? typedDay(fromMs) : `${typedDay(fromMs)}..${typedDay(lastDay)}`
}

/** `2023-10-01T00:00:00Z`. */
export function isoSeconds(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19)}Z`
}

/** `2023-10-01`. */
export const typedDay = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 10)
const typedHour = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 13)
/** `2023-10-01T09:15`. */
export const typedMinute = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 16)
