/** A library that publishes is there once it has published. */

import type { Channel } from 'node:diagnostics_channel'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Hook } from '@cinescope/protocol'
import type { Probe } from '../capture/probe.ts'
import { guarded } from './owner.ts'

/** What is awaited. */
export interface Awaited {
  readonly name: string
  /** Name of the package. */
  readonly library: string
}

/** Tells that the hook is absent, and at the first message of the channel that it is active. */
export function awaitLibrary(
  probe: Probe,
  channel: Channel,
  { name, library }: Awaited,
  tell: (hook: Hook) => void,
): void {
  const reason = `${library} has told nothing yet`
  tell({ name, state: 'absent', reason, remedy: 'nothing: it is recorded once the program uses it, bundled or not' })
  const onFirst = (): void => {
    channel.unsubscribe(onFirst)
    guarded(probe, `the first message of ${library}`, () => {
      const version = loadedVersion(library)
      tell({ name, state: 'active', ...(version === undefined ? {} : { version }) })
    })
  }
  channel.subscribe(onFirst)
  probe.onStop(() => channel.unsubscribe(onFirst))
}

/** What the manifest beside a loaded CommonJS file of the package says; of ES modules nobody knows where they came from. */
function loadedVersion(library: string): string | undefined {
  const folder = `/node_modules/${library}/`
  const paths = Object.keys(createRequire(import.meta.url).cache).map((file) => file.replaceAll('\\', '/'))
  const file = paths.find((path) => path.includes(folder))
  if (file === undefined) return undefined
  try {
    const manifest = join(file.slice(0, file.lastIndexOf(folder) + folder.length), 'package.json')
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version?: unknown }
    return typeof version === 'string' ? version.slice(0, 40) : undefined
  } catch {
    return undefined
  }
}
