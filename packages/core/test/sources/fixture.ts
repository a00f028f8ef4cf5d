/** Real servers and scopes for the tests of sources. */

import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { CinescopeError, CinescopeEvent, Film } from '@cinescope/protocol'
import type { ScopeOptions } from '../../src/options/scope-options.ts'
import { createScope } from '../../src/scope.ts'
import type { Scope } from '../../src/scope/running-scope.ts'
import { temporaryDirectory } from '../store/directory.ts'

/** A scope that records into a directory of its own, and the faults it told of. */
export interface Recorded extends AsyncDisposable {
  readonly scope: Scope
  readonly faults: readonly CinescopeError[]
  /** The events of the one film of this name. */
  film(name: string): Promise<Film>
}

/** Starts a scope. */
export async function recorded(options: ScopeOptions = {}): Promise<Recorded> {
  const directory = temporaryDirectory()
  const faults: CinescopeError[] = []
  const scope = await createScope({
    directory: join(directory.path, 'recordings'),
    handleSignals: false,
    onInternalError: (error) => faults.push(error),
    ...options,
  })
  return {
    scope,
    faults,
    async film(name) {
      await scope.flush()
      const { items } = await scope.recording().films({ where: { name } })
      if (items.length !== 1) throw new Error(`${items.length} films are named ${name}`)
      return scope.recording().film(items[0]!.id)
    },
    async [Symbol.asyncDispose]() {
      await scope.stop()
      directory[Symbol.dispose]()
    },
  }
}

/** A server of this process. */
export interface Serving extends AsyncDisposable {
  readonly url: string
  readonly server: Server
}

/** Starts one on a free port. */
export async function serving(listener: RequestListener): Promise<Serving> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    server,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** The events of one kind. */
export function ofKind({ events }: Film, kind: string): readonly CinescopeEvent[] {
  return events.filter((event) => event.kind === kind)
}
