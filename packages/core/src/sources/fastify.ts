/** HOT: handlers of Fastify, which publishes them; the film is that of the server's request. */

import { channel } from 'node:diagnostics_channel'
import { FLAG, KINDS } from '@cinescope/protocol'
import { requestOf } from '../adapter/request-mark.ts'
import type { Probe } from '../capture/probe.ts'
import type { Span } from '../capture/span.ts'
import { listen } from './channels.ts'
import { toOwner } from './owner.ts'
import type { Source } from './source.ts'

interface Handled {
  readonly request: { readonly raw: object; readonly params?: unknown }
  readonly route: { readonly url?: unknown; readonly method?: unknown }
  readonly async: boolean
  readonly error?: unknown
}

interface Handling {
  readonly span: Span
  /** What the context was before the handler. */
  readonly outer: Span
}

type Handlings = WeakMap<object, Handling>

const NAME = 'tracing:fastify.request.handler'

/** See the file's first line. A request that no film is made of has its handlers in none. */
export const fastify: Source = {
  name: 'fastify',
  library: 'fastify',
  target: () => channel(`${NAME}:start`),
  install(users) {
    const handlings: Handlings = new WeakMap()
    const on = (receive: (probe: Probe, handled: Handled) => void): ((message: unknown) => void) =>
      toOwner(users, 'a handler of Fastify', receive)
    return listen({
      [`${NAME}:start`]: on((probe, handled) => begin(probe, handlings, handled)),
      [`${NAME}:error`]: on((_, handled) => fail(handlings.get(handled), handled.error)),
      [`${NAME}:end`]: on((probe, handled) => {
        const handling = handlings.get(handled)
        if (handling === undefined) return
        if (!handled.async) end(handling, handled, 0)
        probe.enter(handling.outer)
      }),
      [`${NAME}:asyncStart`]: on((_, handled) => end(handlings.get(handled), handled, FLAG.async)),
    })
  },
}

function begin(probe: Probe, handlings: Handlings, handled: Handled): void {
  const { request, route } = handled
  const film = requestOf(request.raw)
  if (film === undefined || film.role.probe !== probe || typeof route.url !== 'string') return
  const method = film.req.method ?? ''
  const params = request.params as Readonly<Record<string, unknown>> | undefined
  film.enterRoute(route.url, film.role.rootSite(`${method} ${route.url}`), params)
  const site = probe.site({ name: `${method} ${route.url}`, framework: 'fastify' })
  const span = probe.open(KINDS.handler, site, film.root)
  handlings.set(handled, { span, outer: film.root })
  // published right before the handler is called
  probe.enter(span)
}

function fail(handling: Handling | undefined, error: unknown): void {
  handling?.span.error(error)
}

function end(handling: Handling | undefined, handled: Handled, flags: number): void {
  handling?.span.end(0, flags | (Object.hasOwn(handled, 'error') ? FLAG.error : 0))
}
