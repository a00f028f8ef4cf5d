/** Queries of pg, which publishes nothing: its client's method is stood in for. */

import { FLAG, KINDS } from '@cinescope/protocol'
import { putMethods } from '../adapter/carrier-methods.ts'
import { useHook } from '../adapter/hooks.ts'
import type { ModuleHook } from '../adapter/module-hook.ts'
import type { Probe } from '../capture/probe.ts'
import type { Span } from '../capture/span.ts'
import { Attributes } from '../value/attributes.ts'
import { operationOf } from './databases.ts'
import { guarded, ownerOf } from './owner.ts'
import { parametersOf } from './sql-parameters.ts'

const BEGIN = [
  'db.system.name',
  'db.query.text',
  'db.namespace',
  'server.address',
  'server.port',
  'db.query.parameter',
] as const

interface PgClient {
  readonly database?: unknown
  readonly host?: unknown
  readonly port?: unknown
}

type Query = (this: PgClient, ...args: unknown[]) => unknown
type Callback = (this: unknown, error: unknown, result: unknown) => unknown

/** See the file's first line. */
export const pgHook: ModuleHook = {
  name: 'pg',
  library: 'pg',
  file: 'lib/client.js',
  install(exports: unknown, probe: Probe) {
    const { prototype } = exports as { readonly prototype: object }
    useHook(probe, prototype, (users) => putMethods(prototype, { query: (below) => queryOf(users, below) }))
  },
}

/** A queue for connections: whoever waits in it is called by whoever gives one back. */
export const pgPoolHook: ModuleHook = {
  name: 'pg-pool',
  library: 'pg-pool',
  file: 'index.js',
  install(exports: unknown, probe: Probe) {
    const { prototype } = exports as { readonly prototype: object }
    useHook(probe, prototype, (users) => putMethods(prototype, { connect: (below) => connectOf(users, below) }))
  },
}

function connectOf(users: ReadonlySet<Probe>, below: () => never): Query {
  return function (this: PgClient, ...args: unknown[]): unknown {
    const { connect } = below() as { readonly connect: Query }
    const span = ownerOf(users)?.current()
    const [callback] = args
    if (span !== undefined && typeof callback === 'function') {
      args[0] = function (this: unknown, ...outcome: unknown[]): unknown {
        return span.probe.run(span, () => Reflect.apply(callback as Query, this as PgClient, outcome))
      }
    }
    return Reflect.apply(connect, this, args)
  }
}

function queryOf(users: ReadonlySet<Probe>, below: () => never): Query {
  return function (this: PgClient, ...args: unknown[]): unknown {
    const { query } = below() as { readonly query: Query }
    const probe = ownerOf(users)
    const span = probe === undefined ? undefined : open(probe, this, args)
    return span === undefined ? Reflect.apply(query, this, args) : watch(span, query, this, args)
  }
}

/** Undefined for what is no text: cursors and streams read on for as long as their reader likes. */
function open(probe: Probe, client: PgClient, [first, second]: readonly unknown[]): Span | undefined {
  const config = typeof first === 'object' && first !== null ? (first as Readonly<Record<string, unknown>>) : undefined
  const text = config === undefined ? first : config['text']
  if (typeof text !== 'string' || typeof config?.['submit'] === 'function') return undefined
  const values = Array.isArray(second) ? second : config?.['values']
  let span: Span | undefined
  guarded(probe, 'a query', () => {
    const parameters = Array.isArray(values) ? parametersOf(text, values) : undefined
    const { database, host, port } = client
    const value = new Attributes(BEGIN, ['postgresql', text, database, host, port, parameters])
    span = probe.open(KINDS.query, probe.site({ name: operationOf(text), framework: 'pg' }), probe.current(), value)
  })
  return span
}

function watch(span: Span, query: Query, client: PgClient, args: unknown[]): unknown {
  const hasCallback = watchCallback(span, args)
  let result: unknown
  try {
    result = Reflect.apply(query, client, args)
  } catch (thrown) {
    settle(span, thrown, undefined)
    throw thrown
  }
  if (hasCallback || !isThenable(result)) return result
  return result.then(
    (answer: unknown) => {
      settle(span, undefined, answer)
      return answer
    },
    (error: unknown) => {
      settle(span, error, undefined)
      throw error
    },
  )
}

/** The callback is the second argument or the third, or a member of the first. False when there is none. */
function watchCallback(span: Span, args: unknown[]): boolean {
  const place = [2, 1].find((index) => typeof args[index] === 'function')
  if (place !== undefined) {
    args[place] = watching(span, args[place] as Callback)
    return true
  }
  const [config] = args
  const callback = typeof config === 'object' && config !== null && 'callback' in config ? config.callback : undefined
  if (typeof callback !== 'function') return false
  // what the program gave stays as it is
  const copy = Object.create(Object.getPrototypeOf(config), Object.getOwnPropertyDescriptors(config)) as object
  Object.defineProperty(copy, 'callback', {
    value: watching(span, callback as Callback),
    configurable: true,
    writable: true,
    enumerable: true,
  })
  args[0] = copy
  return true
}

/** A program may have given pg a kind of promise of its own. */
function isThenable(value: unknown): value is Promise<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { readonly then?: unknown }).then === 'function'
  )
}

/** Pools call back from the connection, which was made for another: the caller's span is put back. */
function watching(span: Span, callback: Callback): Callback {
  return function (this: unknown, error: unknown, result: unknown): unknown {
    settle(span, error ?? undefined, result)
    const { parent, probe } = span
    const call = (): unknown => Reflect.apply(callback, this, [error, result])
    return parent === undefined ? call() : probe.run(parent, call)
  }
}

function settle(span: Span, error: unknown, result: unknown): void {
  guarded(span.probe, 'a query', () => {
    if (error !== undefined) span.error(error)
    span.end(rowsOf(result), FLAG.async | (error === undefined ? 0 : FLAG.error))
  })
}

function rowsOf(result: unknown): number {
  const { rowCount } =
    ((Array.isArray(result) ? result.at(-1) : result) as { readonly rowCount?: unknown } | undefined) ?? {}
  return typeof rowCount === 'number' ? rowCount : 0
}
