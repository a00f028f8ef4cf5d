/** Builds the published packages and packs them, as `npm publish` would. */
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { capture, npm } from './npm.ts'

/** One published package and the tarball made of it. */
export interface PackedPackage {
  readonly name: string
  /** Absolute path of the workspace. */
  readonly directory: string
  /** Absolute path of the tarball. */
  readonly tarball: string
  /** True when the package has code to import, not only a command. */
  readonly isImportable: boolean
}

interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly exports?: Readonly<Record<string, unknown>>
}

const root = dirname(import.meta.dirname)

/** Builds all and packs every published package into `destination`, which is emptied first. */
export function packAll(destination: string): readonly PackedPackage[] {
  capture(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b'], { cwd: root })
  capture(process.execPath, [join(root, 'scripts/bundle.ts')], { cwd: root })
  rmSync(destination, { recursive: true, force: true })
  mkdirSync(destination, { recursive: true })
  return readdirSync(join(root, 'packages')).flatMap((folder) => {
    const directory = join(root, 'packages', folder)
    // A workspace's own manifest, checked by npm at every install.
    const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Manifest
    if (manifest.private === true) return []
    const file = npm(['pack', '--silent', '--pack-destination', destination], { cwd: directory }).trim()
    const isImportable = Object.keys(manifest.exports ?? {}).some((path) => path !== './package.json')
    return [{ name: manifest.name, directory, tarball: join(destination, file), isImportable }]
  })
}
