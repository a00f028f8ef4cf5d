/** One round of row `size`: the example's order service under the traffic of its demo, then the bytes of its recording. */

import { openRecording } from '@cinescope/core/reader'
import { type FileSize, sizeOfRecording } from '../file-size.ts'
import { check, report, temporaryDirectory } from './child.ts'

/** What a round tells; bytes are of the whole file. */
export interface SizeRound extends FileSize {
  readonly events: number
  readonly films: number
  readonly segments: number
}

/** The demo's own client and traffic, by path: an example is no package. */
interface Demo {
  startServer(
    directory: string,
  ): Promise<{ readonly port: number; readonly path: string; stop(): Promise<number>; kill(): void }>
  readonly Client: new (port: number) => { readonly sent: number; close(): void }
  sendMixed(client: object): Promise<void>
  sendAlone(client: object): Promise<unknown>
  sendOverlapping(client: object): Promise<unknown>
}

const WAVES = 20
/** Rounds of the demo's mixed traffic (9 requests) beside each 200 overlapping ones. */
const MIXED = 5

const demo = Object.assign({}, ...(await Promise.all(['server-process', 'client', 'traffic'].map(load)))) as Demo
await using directory = temporaryDirectory('size')
const server = await demo.startServer(directory.path)
const client = new demo.Client(server.port)
for (let wave = 0; wave < WAVES; wave++) {
  const mixed = Array.from({ length: MIXED }, () => demo.sendMixed(client))
  await Promise.all([...mixed, demo.sendAlone(client), demo.sendOverlapping(client)])
}
const produced = await server.stop()
client.close()
const { events, films, segments } = await countOf(server.path)
check(events === produced && films === client.sent, 'the recording holds every event and every request as a film')
report<SizeRound>({ ...sizeOfRecording(server.path), events, films, segments })

async function countOf(path: string): Promise<{ events: number; films: number; segments: number }> {
  await using recording = openRecording(path)
  const ledger = await recording.ledger()
  check(ledger.dropped === 0 && ledger.tail === 'complete', 'nothing was lost')
  const { segments } = await recording.status()
  return { events: ledger.stored, films: (await recording.films({ limit: 10_000 })).items.length, segments }
}

async function load(name: string): Promise<object> {
  return (await import(new URL(`../../../examples/express-orders/src/demo/${name}.ts`, import.meta.url).href)) as object
}
