/** Two Express services, recorded by the preload, of which the first asks the second for each order: `services-host.ts <directory>`. */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const [directory = '.'] = process.argv.slice(2)
const program = fileURLToPath(new URL('service-app.mjs', import.meta.url))
const execArgv = ['--conditions=@cinescope/source', '--import', new URL('../../src/register.ts', import.meta.url).href]

async function start(service: string, more: NodeJS.ProcessEnv): Promise<{ child: ChildProcess; port: number }> {
  const env = { ...process.env, CINESCOPE_DIRECTORY: directory, CINESCOPE_SERVICE: service, ...more }
  const child = fork(program, { execArgv, env })
  const [port] = (await once(child, 'message')) as [number]
  return { child, port }
}

const stock = await start('stock', {})
const shop = await start('shop', { STOCK_PORT: String(stock.port) })
for (const order of [1, 2, 3]) await (await fetch(`http://127.0.0.1:${shop.port}/orders/${order}`)).text()
for (const { child } of [shop, stock]) {
  const exit = once(child, 'exit')
  child.send('end')
  await exit
}
