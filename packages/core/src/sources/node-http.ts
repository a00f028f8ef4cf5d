/** node:http for hooks, without its ES module. */

import type http from 'node:http'

/**
 * Making the ES module asks for every export, and `WebSocket` among them loads all of undici: some 15 ms and its memory, for
 * nothing where the program `require`s node:http.
 */
export const nodeHttp: typeof http = process.getBuiltinModule('node:http')
