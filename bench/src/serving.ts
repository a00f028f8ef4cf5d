/** A server and a load generator, each in a fresh process. */

import type { LoadOrder, LoadResult } from './child/load.ts'
import type { ServerInput, ServerYield } from './child/server.ts'
import type { TakenMarks } from './child/marks.ts'
import type { ServerUse } from './child/use.ts'
import { type Peer, startPeer } from './process.ts'

/** A server under measurement. */
export interface Serving extends AsyncDisposable {
  /** Sends requests, so many a second or as fast as they are answered, and waits for their answers; a wrong answer rejects. */
  load(requests: number, connections: number, perSecond?: number): Promise<LoadResult>
  /** What the server has used since it started, everything recorded so far written. */
  use(): Promise<ServerUse>
  /** The same at once, as it is told just now. */
  spent(): Promise<ServerUse>
  /** Collects all garbage. */
  collect(): Promise<void>
  rssMb(): Promise<number>
  marks(): Promise<TakenMarks>
  /** Checks what was recorded. */
  yield(): Promise<ServerYield>
}

/** Starts both. */
export async function serve(input: ServerInput): Promise<Serving> {
  const server = startPeer('server', input)
  const generator = startPeer('load', {})
  const { port } = (await server.reported) as { readonly port: number }
  await generator.reported
  return new ServerUnderLoad(server, generator, port)
}

class ServerUnderLoad implements Serving {
  readonly #server: Peer
  readonly #generator: Peer
  readonly #port: number
  #requests = 0

  constructor(server: Peer, generator: Peer, port: number) {
    this.#server = server
    this.#generator = generator
    this.#port = port
  }

  async load(requests: number, connections: number, perSecond?: number): Promise<LoadResult> {
    this.#requests += requests
    const pace = perSecond === undefined ? {} : { perSecond }
    const order: LoadOrder = { port: this.#port, requests, connections, ...pace }
    return (await this.#generator.ask('run', order)) as LoadResult
  }

  async use(): Promise<ServerUse> {
    return (await this.#server.ask('use')) as ServerUse
  }

  async spent(): Promise<ServerUse> {
    return (await this.#server.ask('spent')) as ServerUse
  }

  async collect(): Promise<void> {
    await this.#server.ask('collect')
  }

  async rssMb(): Promise<number> {
    return (await this.#server.ask('rss')) as number
  }

  async marks(): Promise<TakenMarks> {
    return (await this.#server.ask('marks')) as TakenMarks
  }

  async yield(): Promise<ServerYield> {
    return (await this.#server.ask('yield', { requests: this.#requests })) as ServerYield
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#generator[Symbol.asyncDispose]()
    await this.#server[Symbol.asyncDispose]()
  }
}
