/**
 * Writes what is documented of options from the table of options itself: `npm run docs`.
 *
 * docs/configuration.md as a whole, and the table in packages/core/README.md. A test keeps both equal to the table.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { allowed } from '../packages/core/src/options/option-rules.ts'
import { changesAtRunTime, type Leaf, leavesOf, rulesBelow } from '../packages/core/src/options/option-schema.ts'
import { SCOPE_SCHEMA } from '../packages/core/src/options/scope-schema.ts'
import { hasVariable, OFF_SWITCH, variableOf } from '../packages/core/src/config/environment.ts'
import { CONFIG_NAMES } from '../packages/core/src/config/find-file.ts'
import { PRESETS } from '../packages/core/src/config/presets.ts'

const LEAVES = leavesOf(SCOPE_SCHEMA)
const BEGIN = '<!-- options:begin -->'
const END = '<!-- options:end -->'

/** The page docs/configuration.md. */
export function configurationPage(): string {
  return `# Configuration

This page is made from the table of options in [packages/core/src/options/scope-schema.ts](../packages/core/src/options/scope-schema.ts) by \`npm run docs\`; a test keeps them equal.

An option is said in one of five places. Later ones beat earlier ones, key by key, also inside of objects; lists are replaced.

1. Its default.
2. The \`preset\`, if one is named.
3. The config file.
4. Code: \`createScope({ ... })\`.
5. The environment: \`CINESCOPE_*\`.

A name that does not exist or a value that is not allowed is an error that says where it is, what it is and what is right. \`createScope()\` rejects with it. A program that is started by \`cinescope run\` or the preload runs on unrecorded, and one line on stderr says why.

## The config file

The first of ${listed(CONFIG_NAMES)} in the working directory, or the file that the option \`config\` or \`CINESCOPE_CONFIG\` names, by its path from there; \`config: false\` or \`CINESCOPE_CONFIG=false\` for none. Its default export (\`module.exports\` in CommonJS) is an object of options:

<!-- example: config -->
\`\`\`ts
import type { ScopeOptions } from '@cinescope/core'

export default {
  service: 'orders',
  maxBytes: 1_073_741_824,
  redaction: { names: ['plate'] },
  sources: { dns: false },
} satisfies ScopeOptions
\`\`\`

- It is run as a part of your program, before it: import nothing there that is to be recorded. One that is not loaded after 5 s counts as broken.
- \`.ts\` needs a Node that strips types (22.18 or newer), and \`"type": "module"\` in package.json, as \`.js\` does with \`export\`, or Node warns; functions and regular expressions need a file that is not JSON.
- It is read once in a process. Threads that join a recording have the settings that it was started with. What one says itself, in its code or environment, holds for what it records itself: ${listed(perThread())}. A function does not cross, so a thread tells of faults on stderr unless it is given an \`onInternalError\` of its own.
- A program that is recorded from its start (\`cinescope run\`) has \`sources: true\` for a default, and options of its \`createScope()\` do not apply any more: it has joined.

## The environment

Each option has the variable that the table names: \`true\`, \`false\`, \`1\` or \`0\`; whole numbers without units; lists with commas between their items. An empty variable says nothing. A variable \`CINESCOPE_*\` that does not exist is told of on stderr (or to \`onInternalError\`), with the nearest that does.

\`${OFF_SWITCH}=1\` turns recording off, whatever else is said: neither the file nor another variable is looked at.

## At run time

Some options can change while a program runs, in code and from outside:

\`\`\`ts
scope.set({ sample: 0.1, keep: { slowMs: 200 }, maxAgeMs: null })
console.log(scope.settings.keep.slowMs) // 200
\`\`\`

    cinescope ctl set sample=0.1 keep.slowMs=200 maxAgeMs=none
    cinescope ctl get

They are: ${listed(atRunTime())}. The same values are allowed as at the start, and beside them no limit where there is none by default: \`null\` in code; nothing, or \`none\`, on a command line.

- A change is for the whole process. It holds in the thread that makes it at once; in the writer thread, for what it keeps and removes, and in the other recorded threads as soon as their loops turn; in threads that start later, from their start.
- It is said later than all else, so it beats the environment, too, and what a thread has said for itself. It is gone when the program ends.
- Each recorded thread tells of each option that changes for it by an event of kind \`control\`: what it was, what it is, and whether code or \`cinescope ctl\` has said so. It is recorded whatever the option \`keep\` says.
- A budget that is taken away gives back at once what was left out for it.
- What is hidden (\`redaction\`) never changes: whoever reaches a process must not be able to make it show more than its program meant to show. Nor do \`directory\`, \`store\` and \`ring\`, on which what runs is built.

\`cinescope ctl\` reaches a process through a Unix socket, \`<directory for temporary files>/cinescope-<uid>/<node>.ctl\`, of mode 0600 in a directory of mode 0700, so that only its user can open it, and root; on Windows through the named pipe \`\\\\.\\pipe\\cinescope-<node>\`, which has the rights that Windows gives to pipes by default. The client must see the same directory for temporary files: the same \`TMPDIR\`, and in a container the same file system. It is the writer thread that listens, so that a program that is blocked is reached, too. Nothing that was captured goes over it. \`control: false\` goes without.

## Presets

${presets()}

Where no preset is named, \`NODE_ENV=production\` turns bodies off and nothing else. Adapters follow the preset, too: see \`bodies\` of [@cinescope/express](../packages/express/README.md).

## Options

| option | default | allowed | variable | |
|---|---|---|---|---|
${LEAVES.map(longRow).join('\n')}
`
}

/** The README of core, with the table as it is. */
export function withOptions(readme: string): string {
  // what turns single sources on and off has a table of its own there
  const shown = LEAVES.filter(({ path }) => path[0] !== 'sources' || path.length === 1)
  const table = ['| option | default | |', '|---|---|---|', ...shown.map(shortRow)].join('\n')
  const [begin, end] = [readme.indexOf(BEGIN), readme.indexOf(END)]
  if (begin < 0 || end < begin) throw new Error(`packages/core/README.md has no ${BEGIN} ... ${END}`)
  return `${readme.slice(0, begin)}${BEGIN}\n${table}\n${readme.slice(end)}`
}

function longRow(leaf: Leaf): string {
  const { path, rule } = leaf
  const right = rulesBelow(rule) === undefined ? allowed(rule) : 'true, false, or by name'
  const variable = hasVariable(leaf) ? `\`${variableOf(path)}\`` : 'none'
  const facts = [
    rule.about,
    ...(rule.notIn?.includes('file') === true ? ['Not in a file.'] : []),
    ...(changesAtRunTime(rule) ? ['Changes at run time.'] : []),
  ]
  const about = facts.join(' ')
  return `| \`${path.join('.')}\` | ${defaultOf(leaf)} | ${right} | ${variable} | ${about} |`
}

function shortRow(leaf: Leaf): string {
  return `| \`${leaf.path.join('.')}\` | ${defaultOf(leaf)} | ${leaf.rule.about} |`
}

function defaultOf({ rule }: Leaf): string {
  return rule.defaultText ?? shown(rule.default)
}

function shown(value: unknown): string {
  return typeof value === 'number' ? value.toLocaleString('en') : `\`${String(value)}\``
}

function presets(): string {
  return Object.entries(PRESETS)
    .map(([name, options]) => `- \`${name}\`: ${listed(settingsOf(options))}.`)
    .join('\n')
}

/** `values.maxDepth: 4` and the like. */
function settingsOf(options: object, above = ''): readonly string[] {
  return Object.entries(options).flatMap(([name, value]) =>
    typeof value === 'object' ? settingsOf(value, `${above}${name}.`) : [`${above}${name}: ${value}`],
  )
}

function atRunTime(): readonly string[] {
  return LEAVES.filter(({ rule }) => changesAtRunTime(rule)).map(({ path }) => path.join('.'))
}

function perThread(): readonly string[] {
  const marked = Object.entries(SCOPE_SCHEMA).filter(([, rule]) => 'perThread' in rule && rule.perThread === true)
  return marked.map(([name]) => name)
}

function listed(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(', ')
}

if (process.argv[1] === import.meta.filename) {
  const root = dirname(import.meta.dirname)
  writeFileSync(join(root, 'docs/configuration.md'), configurationPage())
  const readme = join(root, 'packages/core/README.md')
  writeFileSync(readme, withOptions(readFileSync(readme, 'utf8')))
}
