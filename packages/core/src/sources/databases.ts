/** Clients of databases and GraphQL that publish their operations. */

import { channel } from 'node:diagnostics_channel'
import { KINDS } from '@cinescope/protocol'
import type { SourceName } from '../options/source-names.ts'
import { Attributes } from '../value/attributes.ts'
import { redactSql } from '../value/sql.ts'
import type { Source } from './source.ts'
import { listenToTraced, type Traced, type TracedContext } from './traced.ts'

const SQL = ['db.system.name', 'db.query.text', 'db.namespace', 'server.address', 'server.port'] as const
const COMMAND = ['db.system.name', 'db.operation.name', 'db.namespace', 'server.address', 'server.port'] as const
const COLLECTION = ['db.system.name', 'db.operation.name', 'db.collection.name', 'db.namespace'] as const
const GRAPHQL = ['graphql.operation.name', 'graphql.operation.type'] as const

interface Served extends TracedContext {
  readonly database?: unknown
  readonly serverAddress?: unknown
  readonly serverPort?: unknown
}

interface SqlContext extends Served {
  readonly query?: unknown
}

interface CommandContext extends Served {
  readonly command?: unknown
}

interface CollectionContext extends Served {
  readonly operation?: unknown
  readonly collection?: unknown
}

interface GraphqlContext extends TracedContext {
  readonly operationName?: unknown
  readonly operationType?: unknown
}

/** See the file's first line. */
export const databases: readonly Source[] = [
  source('mysql2', [sql('mysql2:query'), sql('mysql2:execute')]),
  source('ioredis', [command('ioredis', 'ioredis:command')]),
  source('redis', [command('redis', 'node-redis:command')]),
  source('mongoose', [
    collection('mongoose:query'),
    collection('mongoose:aggregate'),
    collection('mongoose:model:save'),
    collection('mongoose:model:insertMany'),
    collection('mongoose:model:bulkWrite'),
  ]),
  source('graphql', [graphql('graphql:execute'), graphql('graphql:subscribe')]),
]

function source(name: SourceName, channels: readonly Traced[]): Source {
  return {
    name,
    library: name === 'redis' ? '@redis/client' : name,
    target: () => channel(`tracing:${channels[0]!.channel}:start`),
    install: (users) => listenToTraced(users, channels),
  }
}

function sql(name: string): Traced<SqlContext> {
  return {
    channel: name,
    kind: KINDS.query,
    framework: 'mysql2',
    name: ({ query }) => operationOf(query),
    value: ({ query, database, serverAddress, serverPort }) =>
      new Attributes(SQL, [
        'mysql',
        typeof query === 'string' ? redactSql(query, true) : query,
        database,
        serverAddress,
        serverPort,
      ]),
  }
}

function command(framework: string, name: string): Traced<CommandContext> {
  return {
    channel: name,
    kind: KINDS.query,
    framework,
    name: ({ command: word }) => textOf(word, 'command').toUpperCase(),
    // arguments are left out: keys of caches hold what users are called
    value: ({ command: word, database, serverAddress, serverPort }) =>
      new Attributes(COMMAND, ['redis', word, database, serverAddress, serverPort]),
  }
}

function collection(name: string): Traced<CollectionContext> {
  return {
    channel: name,
    kind: KINDS.query,
    framework: 'mongoose',
    name: ({ operation, collection: of }) => `${textOf(operation, 'operation')} ${textOf(of, '')}`.trim(),
    value: ({ operation, collection: of, database }) =>
      new Attributes(COLLECTION, ['mongodb', operation, of, database]),
  }
}

function graphql(name: string): Traced<GraphqlContext> {
  return {
    channel: name,
    kind: KINDS.query,
    framework: 'graphql',
    // clients choose the names of operations
    name: ({ operationType }) => textOf(operationType, name.slice('graphql:'.length)),
    value: ({ operationName, operationType }) => new Attributes(GRAPHQL, [operationName, operationType]),
  }
}

/** The first word of a statement: SELECT, INSERT. */
export function operationOf(query: unknown): string {
  const word = typeof query === 'string' ? /^\s*([A-Za-z]{1,20})\b/.exec(query)?.[1] : undefined
  return word?.toUpperCase() ?? 'query'
}

function textOf(value: unknown, otherwise: string): string {
  return typeof value === 'string' && value !== '' ? value.slice(0, 100) : otherwise
}
