/** The control socket of a recording, opened once the program has started: nothing it loads is what a program should start beside. */

import { CinescopeError } from '@cinescope/protocol'
import type { ControlHost } from './answer.ts'
import type { ControlServer } from './server.ts'

const AFTER_MS = 500

/** See above. */
export class LateControlServer {
  readonly #host: ControlHost
  readonly #report: (error: CinescopeError) => void
  #openAt = performance.now() + AFTER_MS
  #isOpening = false
  #isClosed = false
  #server: ControlServer | undefined

  constructor(host: ControlHost, report: (error: CinescopeError) => void) {
    this.#host = host
    this.#report = report
  }

  /** The event loop has to turn for it now: it is opened, or somebody is served. */
  get isBusy(): boolean {
    return this.#isOpening || this.#server?.isBusy === true
  }

  /** How long it can wait until it is opened, in ms; Infinity once that has begun. */
  get dueInMs(): number {
    return Math.max(0, this.#openAt - performance.now())
  }

  /** Opens it, when it is due. */
  openWhenDue(): void {
    if (this.dueInMs === 0) void this.#open()
  }

  /** Ends what is open, and what would be. */
  close(): void {
    this.#openAt = Infinity
    this.#isClosed = true
    this.#server?.close()
  }

  async #open(): Promise<void> {
    this.#openAt = Infinity
    this.#isOpening = true
    try {
      const { serveControl } = await import('./serve-control.ts')
      if (!this.#isClosed) this.#server = serveControl(this.#host, this.#report)
    } catch (cause) {
      this.#report(new CinescopeError('CSC_ERR_CONTROL', `no control socket: ${String(cause)}`, { cause }))
    } finally {
      this.#isOpening = false
    }
  }
}
