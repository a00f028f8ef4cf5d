/** Node 22 warns that node:sqlite is experimental. A command's user can do nothing about it. */

type Emit = (warning: string | Error, ...rest: unknown[]) => void

/** Leaves out this one warning; every other one goes its way. */
export function silenceSqliteWarning(host: { emitWarning: Emit } = process as { emitWarning: Emit }): void {
  const emit = host.emitWarning
  host.emitWarning = (warning, ...rest) => {
    const type = typeof rest[0] === 'string' ? rest[0] : (rest[0] as { type?: unknown } | undefined)?.type
    const text = typeof warning === 'string' ? warning : warning.message
    if (type === 'ExperimentalWarning' && text.startsWith('SQLite is an experimental feature')) return
    emit.call(host, warning, ...rest)
  }
}
