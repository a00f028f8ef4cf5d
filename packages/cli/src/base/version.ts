/** The version of this package. */

import { readFileSync } from 'node:fs'

/** Read from the package's manifest, which stands beside both `src` and `dist`. */
export function ownVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  return String((manifest as { version?: unknown }).version)
}
