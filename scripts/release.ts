/** Runs Lerna, which only versions and publishes here: `npm run release -- version`, `npm run release -- publish from-git`. */
import { spawnSync } from 'node:child_process'
import { dirname } from 'node:path'
import { capture } from './npm.ts'

/** Fetched when it is needed: it would more than double the size of every install. */
const LERNA = 'lerna@10.1.1'

const root = dirname(import.meta.dirname)
const [command, ...rest] = process.argv.slice(2)
if (command === undefined) throw new Error('usage: npm run release -- <version | publish | changed | list> [options]')
if (command === 'publish') {
  capture(process.execPath, ['node_modules/typescript/bin/tsc', '-b'], { cwd: root })
  capture(process.execPath, ['scripts/bundle.ts'], { cwd: root })
}
const args = ['exec', '--yes', `--package=${LERNA}`, '--', 'lerna', command, ...rest]
process.exitCode = spawnSync('npm', args, { cwd: root, stdio: 'inherit' }).status ?? 1
