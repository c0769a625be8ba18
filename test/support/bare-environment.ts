/**
 * What a process that shall not see our own environment is started with: where programs are, and what Node has compiled
 * already, if `npm test` keeps that.
 */
export function bareEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE }
}
