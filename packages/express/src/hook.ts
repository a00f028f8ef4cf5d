/** For programs that do not mount the middleware: hooks Express itself, once it is loaded. */

import type { ModuleHook } from '@cinescope/core/adapter'
import { hookLayers } from './hook-app.ts'
import type { LayerClass } from './layer-patch.ts'

/** The class of layers: of Express 5's router, and of Express 4. */
export const moduleHooks: readonly ModuleHook[] = [
  { name: 'express 5 (router)', library: 'router', file: 'lib/layer.js', install },
  { name: 'express 4', library: 'express', file: 'lib/router/layer.js', install },
]

function install(exports: unknown, probe: Parameters<ModuleHook['install']>[1]): void {
  const { prototype } = exports as { readonly prototype: LayerClass }
  hookLayers(probe, prototype)
}
