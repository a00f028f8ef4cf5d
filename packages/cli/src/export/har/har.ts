/** HTTP Archive 1.2: the requests that a server answered and those it sent, as they were recorded. */

import type { CinescopeEvent } from '@cinescope/core'
import type { Kind } from '@cinescope/protocol'
import { ownVersion } from '../../base/version.ts'
import { type Assembled, Assembler } from '../assembler.ts'
import type { ExportPart } from '../format.ts'
import { jsonText } from '../json-text.ts'
import { entryOf } from './entry.ts'

const KINDS: readonly Kind[] = ['request', 'client.request', 'attribute', 'gap']

/** See the file's first line. A gap is told in the comment of the log, at its end: it is no request. */
export async function* har(parts: AsyncIterable<ExportPart>): AsyncGenerator<string> {
  yield `{"log":{"version":"1.2","creator":${jsonText({ name: 'cinescope', version: ownVersion() })},"entries":[\n`
  let isFirst = true
  const comments: string[] = [HEAD]
  for await (const part of parts) {
    let lost = 0
    for await (const assembled of assembledOf(part)) {
      const { event } = assembled
      if (event.kind === 'gap') lost += event.number
      if (event.kind !== 'request' && event.kind !== 'client.request') continue
      yield `${isFirst ? '' : ',\n'}${jsonText(entryOf(assembled, part.status.process))}`
      isFirst = false
    }
    const { process, state } = part.status
    const loss = Number.isFinite(lost) && lost > 0 ? `, gaps of ${lost} events among what was asked for` : ''
    if (comments.length < MAX_COMMENTS)
      comments.push(`${process.service} (process ${process.pid}, ${state}): ${part.ledger.dropped} events lost${loss}.`)
  }
  yield `\n],"comment":${jsonText(comments.join(' '))}}}\n`
}

const MAX_COMMENTS = 50
const HEAD =
  'Values are as recorded: redacted, and cut to limits. What was not recorded is -1, empty, or told in a comment.'

async function* assembledOf(part: ExportPart): AsyncGenerator<Assembled> {
  const assembler = new Assembler()
  for await (const page of part.pages(KINDS)) for (const event of page) yield* assembler.add(event, isRequest(event))
  yield* assembler.end()
}

function isRequest({ kind }: CinescopeEvent): boolean {
  return kind === 'request' || kind === 'client.request'
}
