/** The sources: what Node and libraries tell of themselves. */

/** What is recorded, by name; `isOn: false` where an adapter is expected to record the same with more detail. */
const SOURCES = {
  'http.server': { about: 'A film for each request to a server of `node:http` and `node:https`.', isOn: false },
  'http2.server': { about: 'A film for each request to a server of `node:http2`.', isOn: false },
  'http.client': { about: 'Outgoing requests of `node:http` and `node:https`.' },
  'http2.client': { about: 'Outgoing requests of `node:http2`.' },
  undici: { about: 'Outgoing requests of `fetch` and undici.' },
  net: { about: 'Connections that a film waits for.' },
  dns: { about: 'Look-ups of names that a film waits for.' },
  child_process: { about: 'Child processes from birth to death.' },
  worker_threads: { about: 'Worker threads from birth to death.' },
  console: { about: 'Lines of `console`.' },
  process: { about: 'Warnings, and rejections that a listener of the program handles.' },
  pino: { about: 'Lines of pino.' },
  pg: { about: 'Queries of `pg`.' },
  mysql2: { about: 'Queries of `mysql2`.' },
  ioredis: { about: 'Commands of `ioredis`.' },
  redis: { about: 'Commands of `redis`.' },
  mongoose: { about: 'Operations of `mongoose`.' },
  graphql: { about: 'Operations of `graphql`.' },
  fastify: { about: 'Handlers of Fastify, together with `http.server`.' },
  vitals: { about: 'Event loop, collector and memory, each second.' },
} as const

/** The name by which a source is turned off, and by which the doctor lists it. */
export type SourceName = keyof typeof SOURCES

/** These are on only where the user says so, and at a start without code. */
export const OFF_BY_DEFAULT: readonly SourceName[] = sourceNames().filter((name) => 'isOn' in SOURCES[name])

/** All of them, in the order of the table. */
export function sourceNames(): readonly SourceName[] {
  // the keys of a literal
  return Object.keys(SOURCES) as readonly SourceName[]
}

/** What it records, in one sentence. */
export function aboutSource(name: SourceName): string {
  return SOURCES[name].about
}
