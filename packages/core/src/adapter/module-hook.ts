/** What an adapter or a source says of a library that publishes nothing. */

import type { Probe } from '../capture/probe.ts'

/** One library, as an adapter or a source hooks it. */
export interface ModuleHook {
  /** What the doctor calls it. */
  readonly name: string
  /** The name in the package's manifest. */
  readonly library: string
  /** The file whose exports are hooked, from the package's folder on: `lib/client.js`. CommonJS. */
  readonly file: string
  /** Hooks what the file exports until the scope stops: through `useHook`, once for all scopes. */
  install(exports: unknown, probe: Probe): void
}
