// A server that calls itself once, and tells its parent when the answer is there and stored.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createScope } from '@cinescope/core'

const server = createServer((_request, response) => response.end('yes'))
await once(server.listen(0, '127.0.0.1'), 'listening')
await (await fetch(`http://127.0.0.1:${server.address().port}/`)).text()
await new Promise((resolve) => setImmediate(resolve))
// the scope of the preload
const scope = await createScope()
await scope.flush()
// under --watch the parent is Node itself, which keeps what it is sent
console.log('stored')
process.send?.('stored')
