/** What the figures were measured on and with. No names of hosts, no paths. */

import { readFileSync } from 'node:fs'
import { arch, cpus, release, totalmem, type } from 'node:os'

/** A machine and the versions of what was measured. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGb: number
  readonly system: string
  readonly node: string
  readonly versions: Readonly<Record<string, string>>
  /** Share of the cores in use by others just before the run, in percent. */
  readonly busyPercent: number
}

const MEASURED = [
  '@cinescope/core',
  'express',
  '@opentelemetry/sdk-trace-base',
  '@opentelemetry/instrumentation-http',
  '@opentelemetry/instrumentation-express',
]

/** Describes this machine. */
export function describeMachine(busy: number): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release().split(/[-+]/, 1)[0]} ${arch()}`,
    node: process.version,
    versions: Object.fromEntries(MEASURED.map((name) => [name, versionOf(name)])),
    busyPercent: Math.round(busy * 1000) / 10,
  }
}

function versionOf(name: string): string {
  const manifest = new URL(`../../node_modules/${name}/package.json`, import.meta.url)
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string }).version
}
