/** Ctrl-C for commands that go on until they are told to end. */

/** Aborted by SIGINT and SIGTERM, once; a second one ends the process as if nobody listened. */
export function interrupted(): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController()
  const end = (): void => controller.abort()
  process.once('SIGINT', end)
  process.once('SIGTERM', end)
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      process.off('SIGINT', end)
      process.off('SIGTERM', end)
    },
  }
}
