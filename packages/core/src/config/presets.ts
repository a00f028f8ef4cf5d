/** What a preset sets. */

import type { Preset, ScopeOptions } from '../options/scope-options.ts'

const NO_BODIES = { incoming: { bodies: false }, outgoing: { bodies: false } } as const

/**
 * For development everything that can be recorded, wherever it runs; for production no bodies, and values of a size that
 * tells what they are.
 */
export const PRESETS: Readonly<Record<Preset, ScopeOptions>> = {
  development: { sources: true, incoming: { bodies: true }, outgoing: { bodies: true } },
  production: { ...NO_BODIES, values: { maxDepth: 4, maxWidth: 20, maxStringLength: 256, maxBytes: 2048 } },
}

/** Those of the preset that is named; where none is, NODE_ENV says only whether bodies are recorded. */
export function presetOptions(named: Preset | undefined, nodeEnvironment: string | undefined): ScopeOptions {
  if (named !== undefined) return PRESETS[named]
  return nodeEnvironment === 'production' ? NO_BODIES : {}
}
