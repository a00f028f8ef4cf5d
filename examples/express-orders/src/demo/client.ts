/** The HTTP client of the demo: real requests over real connections, each with a trace of its own by which its film is found. */

import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { Agent, type ClientRequest, request } from 'node:http'

/** What a request is sent with. */
export interface Order {
  readonly method?: string
  readonly user?: number
  readonly body?: unknown
}

/** A request that was answered, or given up. */
export interface Sent {
  readonly traceId: string
  /** Undefined when it was given up. */
  readonly status: number | undefined
  readonly body: string
}

/** Sends requests and counts them. */
export class Client {
  /** Requests sent so far, the ones that were given up included. */
  sent = 0
  readonly #port: number
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 250 })

  constructor(port: number) {
    this.#port = port
  }

  /** Sends a request and reads the answer to its end. */
  async send(path: string, order: Order = {}): Promise<Sent> {
    const { traceId, message } = this.#open(path, order)
    const [response] = await once(message, 'response')
    response.setEncoding('utf8')
    let body = ''
    for await (const chunk of response) body += chunk
    return { traceId, status: response.statusCode, body }
  }

  /** Sends a request and hangs up when the first bytes of the answer are there. */
  async giveUp(path: string): Promise<Sent> {
    const { traceId, message } = this.#open(path, {})
    const [response] = await once(message, 'response')
    await once(response, 'data')
    response.on('error', () => undefined)
    message.destroy()
    return { traceId, status: undefined, body: '' }
  }

  /** Lets go of the connections. */
  close(): void {
    this.#agent.destroy()
  }

  #open(path: string, { method = 'GET', user, body }: Order): { traceId: string; message: ClientRequest } {
    const traceId = randomBytes(16).toString('hex')
    const text = body === undefined ? undefined : JSON.stringify(body)
    const message = request({
      host: '127.0.0.1',
      port: this.#port,
      path,
      method,
      agent: this.#agent,
      headers: {
        traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01`,
        ...(user === undefined ? {} : { 'x-user-id': String(user) }),
        ...(text === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
      },
    })
    message.end(text)
    this.sent++
    return { traceId, message }
  }
}
