#!/usr/bin/env node
/** The `cinescope` command. */

import { EXIT } from './base/exit-code.ts'
import { silenceSqliteWarning } from './base/sqlite-warning.ts'
import { main } from './main.ts'

silenceSqliteWarning()
// whoever reads has seen enough, as `head` has
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.ok)
  process.stderr.write(`cinescope: the output cannot be written: ${error.message}\n`)
  process.exit(EXIT.fault)
})
// a message that nobody can read is no reason to fail
process.stderr.on('error', () => undefined)
process.exitCode = await main(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  nowMs: Date.now(),
})
