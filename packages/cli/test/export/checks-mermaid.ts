/** Reads a sequence diagram with Mermaid itself. */

import { JSDOM } from 'jsdom'

/** Who takes part and what is said. */
export interface Sequence {
  readonly participants: readonly string[]
  readonly messages: readonly string[]
}

/** The diagram as Mermaid understands it. @throws what Mermaid says of a text that is none */
export async function parseMermaid(text: string): Promise<Sequence> {
  const { window } = new JSDOM('')
  Object.assign(globalThis, { window, document: window.document })
  const { default: mermaid } = await import('mermaid')
  mermaid.initialize({ maxTextSize: 10_000_000 })
  const { diagramType } = await mermaid.parse(text)
  if (diagramType !== 'sequence') throw new Error(`a diagram of type ${diagramType}`)
  const diagram = await mermaid.mermaidAPI.getDiagramFromText(text)
  // what the sequence diagram's own renderer asks of it
  const db = diagram.db as unknown as {
    getActors(): Map<string, { description: string }>
    getMessages(): readonly { message: unknown; from?: string; to?: string }[]
  }
  return {
    participants: Array.from(db.getActors().values(), ({ description }) => description),
    messages: db.getMessages().map(({ from, to, message }) => `${from ?? ''}>${to ?? ''}: ${String(message)}`),
  }
}
