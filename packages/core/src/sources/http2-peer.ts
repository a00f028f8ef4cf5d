/** What a session of node:http2 is connected to. */

import type { ClientHttp2Session } from 'node:http2'
import { textOf } from './http2-headers.ts'

/** See above. */
export interface Peer {
  readonly scheme: string
  /** Host, and port where it is not that of the scheme. */
  readonly authority: string
}

/** That of a session of which nothing is known. */
export const NOWHERE: Peer = { scheme: 'https', authority: '' }

/** What `http2.connect` was told, as Node reads it: a URL, its text, or an object with some of its parts. */
export function peerOf(authority: unknown, options: unknown): Peer {
  const given = (typeof authority === 'string' ? new URL(authority) : authority) as Partial<URL>
  const { protocol, servername } = (options ?? {}) as { readonly protocol?: unknown; readonly servername?: unknown }
  const scheme = (given.protocol || textOf(protocol) || 'https:').slice(0, -1)
  const host = textOf(servername) || given.hostname || given.host || 'localhost'
  return { scheme, authority: `${host}${portOf(given.port)}` }
}

/** What the socket of a session says; `NOWHERE` before it is connected. */
export function peerBehind(session: ClientHttp2Session): Peer {
  if (session.connecting || session.destroyed) return NOWHERE
  const { remoteAddress, remotePort } = session.socket
  if (remoteAddress === undefined) return NOWHERE
  const host = remoteAddress.includes(':') ? `[${remoteAddress}]` : remoteAddress
  const { servername } = session.socket as { readonly servername?: unknown }
  return {
    scheme: session.encrypted === true ? 'https' : 'http',
    authority: `${textOf(servername) || host}${portOf(remotePort)}`,
  }
}

function portOf(port: string | number | undefined): string {
  return port === undefined || port === '' ? '' : `:${port}`
}
