/** A Mermaid sequence diagram: who asked whom, and what the service did meanwhile. */

import type { CinescopeEvent } from '@cinescope/core'
import { eventLabel } from '../../format/event-label.ts'
import { duration } from '../../format/units.ts'
import type { ExportPart } from '../format.ts'
import { numberIn, textIn } from '../members.ts'
import { isSpan } from '../span-kinds.ts'
import { TimeHeap } from '../time-heap.ts'
import { mermaidText } from './mermaid-text.ts'

/** Participants that have a place of their own; a diagram of more cannot be read. */
const MAX_PARTICIPANTS = 50

/** Metrics and what only tells of attributes make no diagram clearer. */
const LEFT_OUT: ReadonlySet<string> = new Set(['metric', 'attribute', 'edge', 'control', 'process', 'thread'])

/** See the file's first line. Gaps are notes over the service. */
export async function* mermaid(parts: AsyncIterable<ExportPart>): AsyncGenerator<string> {
  const people = new Participants()
  yield 'sequenceDiagram\n'
  for await (const part of parts) {
    const service = people.of(`service ${part.status.process.node}`, part.status.process.service)
    const diagram = new Diagram(people, service.id)
    yield service.line
    for await (const page of part.pages()) for (const event of page) yield* diagram.linesOf(event)
    yield* diagram.end()
  }
}

class Participants {
  readonly #ids = new Map<string, string>()

  /** The id of who is known by a key, and the line that introduces them at their first appearance. */
  of(key: string, label: string): { readonly id: string; readonly line: string } {
    const isOther = !this.#ids.has(key) && this.#ids.size >= MAX_PARTICIPANTS
    const name = isOther ? 'others' : key
    const known = this.#ids.get(name)
    if (known !== undefined) return { id: known, line: '' }
    const id = `p${this.#ids.size}`
    this.#ids.set(name, id)
    return { id, line: `  participant ${id} as ${mermaidText(isOther ? 'others' : label)}\n` }
  }
}

class Diagram {
  readonly #people: Participants
  readonly #service: string
  /** Answers that are still to come, by their time. */
  readonly #answers = new TimeHeap<string>()

  constructor(people: Participants, service: string) {
    this.#people = people
    this.#service = service
  }

  *linesOf(event: CinescopeEvent): Generator<string> {
    for (let answer = this.#answers.popUntil(event.atNs); answer !== undefined;) {
      yield answer
      answer = this.#answers.popUntil(event.atNs)
    }
    if (LEFT_OUT.has(event.kind)) return
    const peer = peerOf(event)
    if (!isSpan(event)) yield this.#note(event)
    else if (peer === undefined) yield `  ${this.#service}->>${this.#service}: ${labelOf(event)}${endOf(event)}\n`
    else yield* this.#call(event, peer)
  }

  *end(): Generator<string> {
    for (let answer = this.#answers.popUntil(Infinity); answer !== undefined; answer = this.#answers.popUntil(Infinity))
      yield answer
  }

  *#call(event: CinescopeEvent, { key, label, isCaller }: Peer): Generator<string> {
    const { id, line } = this.#people.of(key, label)
    yield line
    const [from, to] = isCaller ? [id, this.#service] : [this.#service, id]
    yield `  ${from}->>${to}: ${labelOf(event)}\n`
    if (event.durationNs === undefined) yield `  Note over ${to}: had not ended\n`
    else
      this.#answers.push(
        event.atNs + event.durationNs,
        `  ${to}${event.error ? '--x' : '-->>'}${from}: ${answerOf(event)}\n`,
      )
  }

  #note(event: CinescopeEvent): string {
    const label = event.kind === 'gap' ? eventLabel(event) : `${event.kind} ${eventLabel(event)}`
    return `  Note over ${this.#service}: ${mermaidText(label)}\n`
  }
}

/** Who is on the other side of a span. */
interface Peer {
  readonly key: string
  readonly label: string
  /** They asked the service, and not the service them. */
  readonly isCaller: boolean
}

function peerOf({ kind, value, result }: CinescopeEvent): Peer | undefined {
  switch (kind) {
    case 'request':
    case 'socket.event': {
      const label = textIn(value, 'client.address') ?? 'client'
      return { key: `caller ${label}`, label: `caller ${label}`, isCaller: true }
    }
    case 'message': {
      const label = textIn(value, 'messaging.destination.name') ?? textIn(value, 'messaging.system') ?? 'messages'
      return { key: `messages ${label}`, label, isCaller: true }
    }
    case 'client.request':
    case 'connect':
      return addressPeer(value) ?? addressPeer(result)
    case 'query':
    case 'transaction': {
      const label = [textIn(value, 'db.system.name') ?? 'database', textIn(value, 'db.namespace') ?? ''].join(' ')
      return { key: `database ${label}`, label, isCaller: false }
    }
    default:
      return undefined
  }
}

function addressPeer(value: unknown): Peer | undefined {
  const address = textIn(value, 'server.address') ?? textIn(value, 'network.peer.address')
  if (address === undefined) return undefined
  const port = numberIn(value, 'server.port') ?? numberIn(value, 'network.peer.port')
  const label = port === undefined ? address : `${address} port ${port}`
  return { key: `peer ${label}`, label, isCaller: false }
}

function labelOf(event: CinescopeEvent): string {
  const { kind, name } = event
  const isNamed = kind === 'request' || kind === 'client.request'
  return mermaidText(isNamed ? name : `${kind} ${name}`)
}

function endOf(event: CinescopeEvent): string {
  return mermaidSuffix(
    `${event.durationNs === undefined ? 'had not ended' : duration(event.durationNs)}${event.error ? ', failed' : ''}`,
  )
}

function mermaidSuffix(text: string): string {
  return ` (${mermaidText(text)})`
}

function answerOf({ number, durationNs, error, aborted, kind }: CinescopeEvent): string {
  const status = (kind === 'request' || kind === 'client.request') && number > 0 ? `${number} ` : ''
  const marks = `${error ? ', failed' : ''}${aborted ? ', aborted' : ''}`
  return mermaidText(`${status}${durationNs === undefined ? '' : duration(durationNs)}${marks}`)
}
