/**
 * Checks the floors of the house: imports go down only, siblings never import each other, no cycle of values.
 *
 * The tables below are the law; `npm run layers` applies it to every source and exits with 1 at a violation.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative, sep } from 'node:path'
import { type ImportStatement, scanImports } from './imports.ts'

/** The units of packages/core/src by floor: first path segment, of a directory or of a file. */
const CORE_FLOORS: readonly (readonly string[])[] = [
  ['base', 'options', 'ring', 'value'],
  ['capture', 'config', 'govern', 'ingest', 'correlate', 'keep', 'store'],
  ['adapter', 'control', 'query'],
  ['timetravel'],
  ['messages', 'recording', 'sources'],
  ['scope', 'writer', 'reader-thread'],
  ['index', 'reader', 'register'],
]

/** Units of core that may use less than the floors below them. */
const CORE_NARROWED: Readonly<Record<string, readonly string[]>> = {
  adapter: ['base', 'options', 'ring', 'value', 'capture'],
  config: ['base', 'options'],
  control: ['base', 'options', 'ring', 'ingest'],
  govern: ['base', 'options'],
  messages: ['base', 'options', 'capture', 'adapter'],
  query: ['base', 'ring', 'value', 'store'],
  sources: ['base', 'options', 'ring', 'value', 'capture', 'adapter'],
  timetravel: ['base', 'ring', 'value', 'store', 'query'],
}

/** What one workspace may import; `types` are specifiers it may import only by `import type`. */
interface WorkspaceRule {
  readonly family: readonly (string | RegExp)[]
  readonly types?: readonly string[]
  /** Packages from elsewhere: all, node: only, or none at all. */
  readonly foreign: 'any' | 'node' | 'none'
}

const PUBLISHED = /^@cinescope\/(?!testkit$|bench$|example-)[a-z]+(?:\/[a-z-]+)?$/
const ADAPTER: WorkspaceRule = { family: ['@cinescope/core/adapter'], types: ['@cinescope/protocol'], foreign: 'any' }
const ON_PROTOCOL: WorkspaceRule = { family: ['@cinescope/protocol'], foreign: 'any' }
const ON_CORE: WorkspaceRule = { family: ['@cinescope/protocol', /^@cinescope\/core(\/|$)/], foreign: 'any' }
const ON_ANYTHING: WorkspaceRule = { family: [PUBLISHED], foreign: 'any' }

/** What the sources of each workspace may import. A workspace without a row is refused. */
const WORKSPACES: Readonly<Record<string, WorkspaceRule>> = {
  'packages/protocol': { family: [], foreign: 'none' },
  'packages/core': { family: ['@cinescope/protocol'], foreign: 'node' },
  'packages/express': ADAPTER,
  'packages/nest': ADAPTER,
  'packages/socketio': ADAPTER,
  'packages/prisma': ADAPTER,
  'packages/actors': ADAPTER,
  'packages/otel': ADAPTER,
  'packages/instrument': ADAPTER,
  'packages/analysis': ON_PROTOCOL,
  'packages/cluster': ON_CORE,
  'packages/replay': ON_CORE,
  'packages/server': { family: [...ON_CORE.family, '@cinescope/analysis'], foreign: 'any' },
  'packages/studio': { family: ['@cinescope/protocol', '@cinescope/analysis'], foreign: 'any' },
  'packages/cli': ON_ANYTHING,
  'internal/testkit': ON_CORE,
  bench: ON_ANYTHING,
  'examples/express-orders': ON_ANYTHING,
}

/** Tests may use any published surface, the test kit, and the sources of their own workspace. */
const TESTS: WorkspaceRule = { family: [PUBLISHED, '@cinescope/testkit'], foreign: 'any' }

/** One broken rule. */
export interface Violation {
  /** Relative to the root, with forward slashes. */
  readonly file: string
  readonly line: number
  readonly rule: string
}

interface Source {
  readonly file: string
  readonly workspace: string
  /** True inside the workspace's src, where the floors hold. */
  readonly isShipped: boolean
  readonly imports: readonly ImportStatement[]
  readonly firstOtherLine: number | undefined
}

/** Checks every workspace under `root`; the answer is sorted by file and line, and empty when all is well. */
export function checkLayers(root: string): readonly Violation[] {
  const sources = readSources(root)
  const violations = sources.flatMap((source) => [...checkFile(source), ...checkImports(source)])
  violations.push(...checkCycles(sources))
  return violations.toSorted((a, b) => a.file.localeCompare(b.file) || a.line - b.line)
}

function checkFile(source: Source): readonly Violation[] {
  const violations: Violation[] = []
  const { file } = source
  if (WORKSPACES[source.workspace] === undefined) {
    violations.push({ file, line: 1, rule: `${source.workspace} has no row in the table of scripts/layers.ts` })
  }
  for (const { line, isStar } of source.imports) {
    if (isStar) violations.push({ file, line, rule: 'no `export *`: name what is exported' })
  }
  const isPackageIndex = /^packages\/[^/]+\/src\/index\.ts$/.test(file)
  if (isPackageIndex && source.firstOtherLine !== undefined) {
    violations.push({ file, line: source.firstOtherLine, rule: 'index.ts holds nothing but `export ... from`' })
  }
  if (source.workspace === 'packages/core' && source.isShipped && floorOf(coreUnit(file)) < 0) {
    violations.push({ file, line: 1, rule: `core/${coreUnit(file)} is on no floor of the table` })
  }
  return violations
}

function checkImports(source: Source): readonly Violation[] {
  return source.imports.flatMap((statement) => {
    const { specifier, line } = statement
    const rule = specifier.startsWith('.') ? refuseRelative(source, specifier) : refuseBare(source, statement)
    return rule === undefined ? [] : [{ file: source.file, line, rule: `'${specifier}': ${rule}` }]
  })
}

function refuseRelative(source: Source, specifier: string): string | undefined {
  const target = posix.join(posix.dirname(source.file), specifier)
  if (!target.startsWith(`${source.workspace}/`)) return 'a relative import never leaves its workspace'
  if (!source.isShipped) return undefined
  if (!target.startsWith(`${source.workspace}/src/`)) return 'sources import nothing outside src'
  return source.workspace === 'packages/core' ? refuseFloor(coreUnit(source.file), coreUnit(target)) : undefined
}

function refuseFloor(from: string, to: string): string | undefined {
  if (from === to || floorOf(from) < 0 || floorOf(to) < 0) return undefined
  if (floorOf(from) === floorOf(to)) return `core/${from} and core/${to} are siblings on one floor`
  if (floorOf(from) < floorOf(to)) return `core/${from} lies below core/${to}: imports go down only`
  const narrowed = CORE_NARROWED[from]
  if (narrowed === undefined || narrowed.includes(to)) return undefined
  return `core/${from} may import only ${narrowed.join(', ')}`
}

function refuseBare(source: Source, { specifier, isTypeOnly }: ImportStatement): string | undefined {
  const rule = source.isShipped ? WORKSPACES[source.workspace] : TESTS
  if (rule === undefined) return undefined
  if (!specifier.startsWith('@cinescope/')) return refuseForeign(rule, source.workspace, specifier)
  if (/^@cinescope\/[^/]+\/(?:src|dist)(?:\/|$)/.test(specifier)) return 'only the published surface of a package'
  if (rule.family.some((each) => (typeof each === 'string' ? each === specifier : each.test(specifier))))
    return undefined
  if (rule.types?.includes(specifier) === true) {
    return isTypeOnly ? undefined : `${source.workspace} may import its types only (import type)`
  }
  const allowed = [...rule.family.map(String), ...(rule.types ?? []).map((each) => `types of ${each}`)]
  return `${source.workspace} may import ${allowed.length === 0 ? 'nothing of the family' : `only ${allowed.join(', ')}`}`
}

function refuseForeign(rule: WorkspaceRule, workspace: string, specifier: string): string | undefined {
  if (rule.foreign === 'any' || (rule.foreign === 'node' && specifier.startsWith('node:'))) return undefined
  return `${workspace} has no run-time dependency${rule.foreign === 'node' ? ' but node: modules' : ', node: modules included'}`
}

/** Reports each cycle of value imports inside a workspace once, at its first file. */
function checkCycles(sources: readonly Source[]): readonly Violation[] {
  const byFile = new Map(sources.map((source) => [source.file, source]))
  const state = new Map<string, 'open' | 'done'>()
  const violations: Violation[] = []
  const visit = (source: Source, path: readonly string[]): void => {
    state.set(source.file, 'open')
    for (const { specifier, isTypeOnly, line } of source.imports) {
      if (isTypeOnly || !specifier.startsWith('.')) continue
      const target = byFile.get(posix.join(posix.dirname(source.file), specifier))
      if (target === undefined) continue
      const here = [...path, source.file]
      if (state.get(target.file) === 'open') {
        const cycle = [...here.slice(here.indexOf(target.file)), target.file]
        violations.push({ file: source.file, line, rule: `a cycle of values: ${cycle.join(' -> ')}` })
      } else if (state.get(target.file) === undefined) visit(target, here)
    }
    state.set(source.file, 'done')
  }
  for (const source of sources) if (state.get(source.file) === undefined) visit(source, [])
  return violations
}

/** First path segment inside packages/core/src, without extension. */
function coreUnit(file: string): string {
  return file.slice('packages/core/src/'.length).split('/', 1)[0]?.replace(/\.ts$/, '') ?? ''
}

function floorOf(unit: string): number {
  return CORE_FLOORS.findIndex((units) => units.includes(unit))
}

function readSources(root: string): readonly Source[] {
  return findWorkspaces(root).flatMap((workspace) =>
    readdirSync(join(root, workspace), { recursive: true, encoding: 'utf8' })
      .map((name) => posix.join(workspace, name.split(sep).join('/')))
      .filter((file) => /\.m?ts$/.test(file) && !/\/(?:node_modules|dist)\//.test(file))
      .map((file) => {
        const isShipped = file.startsWith(`${workspace}/src/`)
        return { file, workspace, isShipped, ...scanImports(readFileSync(join(root, file), 'utf8')) }
      }),
  )
}

/** Directories with a package.json in the places where workspaces live. */
function findWorkspaces(root: string): readonly string[] {
  const manifests = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && ['packages', 'internal', 'examples', 'bench'].includes(entry.name))
    .flatMap((entry) => (entry.name === 'bench' ? ['bench'] : listDirectories(root, entry.name)))
  return manifests.filter((path) => readdirSync(join(root, path)).includes('package.json')).toSorted()
}

function listDirectories(root: string, parent: string): readonly string[] {
  return readdirSync(join(root, parent), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${parent}/${entry.name}`)
}

if (process.argv[1] === import.meta.filename) {
  const root = dirname(import.meta.dirname)
  const violations = checkLayers(root)
  for (const { file, line, rule } of violations)
    console.error(`${relative(process.cwd(), join(root, file))}:${line} ${rule}`)
  console.log(`layers: ${violations.length === 0 ? 'ok' : `${violations.length} violations`}`)
  process.exitCode = violations.length === 0 ? 0 : 1
}
