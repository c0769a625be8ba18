/** From the fewest lines to the most. */
export const logLevels = ['info', 'detailed', 'debug'] as const

export type LogLevel = (typeof logLevels)[number]
