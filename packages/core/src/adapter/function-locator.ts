/**
 * Where functions are defined. V8 tells it through the inspector only: place and script number cost 0.05 to 0.1 ms a
 * function, and are asked for one function a turn; file names cost one listing of all scripts (25 ms for 300 scripts, 100 ms
 * for 1,200 as measured on Node 24), made once things have been quiet, or after a second, again only for scripts loaded later,
 * three times at most.
 */

import type { Session } from 'node:inspector'
import { fileURLToPath } from 'node:url'
import { MAX_SITES } from '@cinescope/protocol'

/** Place of a definition; line and column from 1, as editors and stack traces count. */
export interface FunctionLocation {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** Is told where its function is defined. */
export interface Located {
  located(location: FunctionLocation): void
}

/** Finds where functions are defined, off the request path. */
export interface FunctionLocator {
  /** Tells `target` in a later turn, or never when the place cannot be found out. Neither it nor the function is kept alive. */
  locate(fn: object, target: Located): void
  /** Forgets what is still to be found. */
  stop(): void
}

interface Wanted {
  readonly fn: WeakRef<object>
  readonly target: WeakRef<Located>
}

interface Placed {
  readonly target: WeakRef<Located>
  readonly scriptId: string
  readonly line: number
  readonly column: number
}

/** A listing comes when no function of an unknown script has come for so long; there are no more of them than these. */
const LIST_AFTER_MS: readonly number[] = [100, 1000, 10_000]
/** But whatever else is under way, once the first of those functions has waited so many times as long. */
const LATEST = 10
/** A program that makes its functions anew for each request would never be done; a scope reserves sites for no more. */
const MAX_FUNCTIONS = MAX_SITES >> 2
/** Where the inspector is handed a function; there for the length of one call. */
const HANDOVER = Symbol.for('cinescope.locate.v1')
/** What the inspector keeps for us, until it is released: a function's scopes and all that they hold are among it. */
const GROUP = 'cinescope'

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
  #taken = 0
  #listings = 0
  #isStopped = false
  #isScheduled = false
  #listing: NodeJS.Timeout | undefined
  #latestMs = 0

  constructor(report: (cause: unknown) => void) {
    this.#report = report
  }

  locate(fn: object, target: Located): void {
    if (this.#isStopped || this.#taken >= MAX_FUNCTIONS) return
    this.#taken++
    this.#wanted.push({ fn: new WeakRef(fn), target: new WeakRef(target) })
    this.#schedule()
  }

  stop(): void {
    this.#isStopped = true
    this.#wanted = []
    this.#placed = []
    clearTimeout(this.#listing)
    this.#disconnect()
  }

  #schedule(): void {
    if (this.#isScheduled || this.#isStopped || this.#wanted.length === 0) return
    this.#isScheduled = true
    setImmediate(() => void this.#run((session) => this.#placeNext(session)))
  }

  /** Never throws: what goes wrong is told, and ends the search. */
  async #run(step: (session: Session) => void): Promise<void> {
    try {
      const inspector = await import('node:inspector')
      if (this.#isStopped) return
      this.#session ??= connected(new inspector.Session())
      step(this.#session)
      if (this.#wanted.length === 0) this.#disconnect()
    } catch (cause) {
      this.stop()
      this.#report(cause)
    }
  }

  #placeNext(session: Session): void {
    this.#isScheduled = false
    const { fn, target } = this.#wanted.shift() ?? {}
    this.#schedule()
    const wanted = fn?.deref()
    const place = wanted === undefined ? undefined : placeOf(session, wanted)
    if (place === undefined || target === undefined) return
    const placed = { target, ...place }
    if (this.#tell(placed)) return
    const afterMs = LIST_AFTER_MS[this.#listings]
    if (afterMs === undefined) return
    this.#placed.push(placed)
    const now = performance.now()
    if (this.#listing === undefined) {
      this.#latestMs = now + afterMs * LATEST
      this.#listing = setTimeout(() => void this.#run((open) => this.#list(open)), afterMs).unref()
    } else if (now < this.#latestMs) this.#listing.refresh()
  }

  /** Asks for the names of all scripts. */
  #list(session: Session): void {
    this.#listings++
    this.#listing = undefined
    const onScript = ({ params }: { params: { scriptId: string; url: string } }): void => {
      if (params.url.startsWith('file:') || params.url.startsWith('/')) this.#urls.set(params.scriptId, params.url)
    }
    session.on('Debugger.scriptParsed', onScript)
    session.post('Debugger.enable')
    session.post('Debugger.disable')
    session.off('Debugger.scriptParsed', onScript)
    for (const placed of this.#placed.splice(0)) this.#tell(placed)
  }

  #tell({ scriptId, line, column, target }: Placed): boolean {
    const url = this.#urls.get(scriptId)
    if (url === undefined) return false
    target.deref()?.located({ file: url.startsWith('file:') ? fileURLToPath(url) : url, line, column })
    return true
  }

  #disconnect(): void {
    this.#session?.disconnect()
    this.#session = undefined
  }
}

function connected(session: Session): Session {
  session.connect()
  return session
}

/** Script and position of a definition; undefined for functions that have none, such as bound ones. */
function placeOf(session: Session, fn: object): { scriptId: string; line: number; column: number } | undefined {
  const holder = globalThis as { [HANDOVER]?: object }
  holder[HANDOVER] = fn
  let objectId: string | undefined
  const expression = `globalThis[Symbol.for('${HANDOVER.description}')]`
  session.post('Runtime.evaluate', { expression, objectGroup: GROUP }, (_, answer) => {
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
  session.post('Runtime.releaseObjectGroup', { objectGroup: GROUP })
  return place
}
