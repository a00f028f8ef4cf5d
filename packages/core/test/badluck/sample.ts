/** Small sound recordings to damage. */

import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createScope } from '@cinescope/core'
import { checkValue } from './check-value.ts'

/** Records a few films with values, states, errors and logs, and closes the recording. Gives its path. */
export async function sampleRecording(directory: string, films = 40): Promise<string> {
  const scope = await createScope({ directory, handleSignals: false, sources: false, service: 'sample' })
  for (let n = 0; n < films; n++) {
    scope.span('root', () => {
      scope.span('child', () => scope.log('line', { check: checkValue(n), 'check.n': n }))
      scope.entity('counter', `c${n % 3}`).snapshot({ check: checkValue(n) })
      scope.current()?.set('check.n', n)
      try {
        scope.span('failing', () => {
          throw new Error(`sample ${n}`)
        })
      } catch {
        // it is recorded, which is all that was wanted
      }
      return { check: checkValue(n), list: Array.from({ length: n % 40 }, (_, i) => `item ${i} of ${n}`) }
    })
    if (n % 20 === 10) await scope.flush()
  }
  await scope.stop()
  return scope.path!
}

/** Copies a closed recording and changes the copy with SQL, schema writable. */
export function altered(sample: string, path: string, sql: string | ((database: DatabaseSync) => void)): string {
  cpSync(sample, path)
  using database = new DatabaseSync(path, { enableDoubleQuotedStringLiterals: true, defensive: false })
  database.exec('PRAGMA writable_schema = ON')
  if (typeof sql === 'string') database.exec(sql)
  else sql(database)
  return path
}

/** A path in `directory` for a damaged copy. */
export function copyPath(directory: string, name: string): string {
  return join(directory, `${name.replaceAll(/[^a-z0-9]+/gi, '-')}.cine`)
}
