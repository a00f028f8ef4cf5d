/**
 * Where functions are defined. V8 tells it through the inspector only: place and script number cost 0.05 to 0.1 ms a
 * function, and are asked for one function a turn; file names cost one listing of all scripts (25 ms for 300 scripts, 100 ms
 * for 1,200 as measured on Node 24), made once things have been quiet, again only for scripts loaded later, three times at most.
 */

import type { Session } from 'node:inspector'
import { fileURLToPath } from 'node:url'

/** Place of a definition; line and column from 1, as editors and stack traces count. */
export interface FunctionLocation {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** Finds where functions are defined, off the request path. */
export interface FunctionLocator {
  /** Calls `found` in a later turn, or never when the place cannot be found out. */
  locate(fn: object, found: (location: FunctionLocation) => void): void
  /** Forgets what is still to be found. */
  stop(): void
}

interface Wanted {
  readonly fn: object
  readonly found: (location: FunctionLocation) => void
}

interface Placed extends Wanted {
  readonly scriptId: string
  readonly line: number
  readonly column: number
}

const QUIET_MS = 100
const MAX_LISTINGS = 3
/** Where the inspector is handed a function; there for the length of one call. */
const HANDOVER = Symbol.for('cinescope.locate.v1')

/** `report` is told, once, when the inspector cannot be used. */
export function createFunctionLocator(report: (cause: unknown) => void): FunctionLocator {
  return new InspectorLocator(report)
}

class InspectorLocator implements FunctionLocator {
  readonly #report: (cause: unknown) => void
  readonly #urls = new Map<string, string>()
  #wanted: Wanted[] = []
  #placed: Placed[] = []
  #session: Session | undefined
  #listings = 0
  #isStopped = false
  #isScheduled = false

  constructor(report: (cause: unknown) => void) {
    this.#report = report
  }

  locate(fn: object, found: (location: FunctionLocation) => void): void {
    if (this.#isStopped) return
    this.#wanted.push({ fn, found })
    this.#schedule()
  }

  stop(): void {
    this.#isStopped = true
    this.#wanted = []
    this.#placed = []
    this.#session?.disconnect()
    this.#session = undefined
  }

  #schedule(): void {
    if (this.#isScheduled || this.#isStopped) return
    this.#isScheduled = true
    const turn = (): void => void this.#turn()
    if (this.#wanted.length > 0) setImmediate(turn)
    else if (this.#placed.length > 0) setTimeout(turn, QUIET_MS).unref()
    else this.#isScheduled = false
  }

  async #turn(): Promise<void> {
    try {
      this.#session ??= await openSession()
      this.#isScheduled = false
      if (this.#isStopped) return this.stop()
      const next = this.#wanted.shift()
      if (next !== undefined) this.#place(this.#session, next)
      else this.#list(this.#session)
      this.#schedule()
    } catch (cause) {
      this.stop()
      this.#report(cause)
    }
  }

  #place(session: Session, wanted: Wanted): void {
    const place = placeOf(session, wanted.fn)
    if (place === undefined) return
    const placed = { ...wanted, ...place }
    if (!this.#tell(placed) && this.#listings < MAX_LISTINGS) this.#placed.push(placed)
  }

  /** Asks for the names of all scripts. */
  #list(session: Session): void {
    this.#listings++
    const onScript = ({ params }: { params: { scriptId: string; url: string } }): void => {
      if (params.url.startsWith('file:') || params.url.startsWith('/')) this.#urls.set(params.scriptId, params.url)
    }
    session.on('Debugger.scriptParsed', onScript)
    session.post('Debugger.enable')
    session.post('Debugger.disable')
    session.off('Debugger.scriptParsed', onScript)
    for (const placed of this.#placed.splice(0)) this.#tell(placed)
    session.disconnect()
    this.#session = undefined
  }

  #tell({ scriptId, line, column, found }: Placed): boolean {
    const url = this.#urls.get(scriptId)
    if (url === undefined) return false
    found({ file: url.startsWith('file:') ? fileURLToPath(url) : url, line, column })
    return true
  }
}

async function openSession(): Promise<Session> {
  const { Session } = await import('node:inspector')
  const session = new Session()
  session.connect()
  return session
}

/** Script and position of a definition; undefined for functions that have none, such as bound ones. */
function placeOf(session: Session, fn: object): { scriptId: string; line: number; column: number } | undefined {
  const holder = globalThis as { [HANDOVER]?: object }
  holder[HANDOVER] = fn
  let objectId: string | undefined
  session.post('Runtime.evaluate', { expression: `globalThis[Symbol.for('${HANDOVER.description}')]` }, (_, answer) => {
    objectId = answer?.result.objectId
  })
  delete holder[HANDOVER]
  if (objectId === undefined) return undefined
  let place: { scriptId: string; line: number; column: number } | undefined
  session.post('Runtime.getProperties', { objectId, ownProperties: true }, (_, answer) => {
    const value: unknown = answer?.internalProperties?.find(({ name }) => name === '[[FunctionLocation]]')?.value?.value
    const at = value as { scriptId: string; lineNumber: number; columnNumber: number } | undefined
    if (at !== undefined) place = { scriptId: at.scriptId, line: at.lineNumber + 1, column: at.columnNumber + 1 }
  })
  session.post('Runtime.releaseObject', { objectId })
  return place
}
