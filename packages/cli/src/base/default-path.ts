/**
 * The place that a command reads when it is told none: where servers that are started here record. Config files that are
 * programs are not run: who looks at a recording may be in a directory that somebody else has filled.
 */

import { existsSync, readFileSync, statSync } from 'node:fs'

const USUAL = '.cinescope'
/** Beside it programs are looked for first, as servers do. */
const JSON_CONFIG = 'cinescope.config.json'
const PROGRAMS = ['js', 'mjs', 'cjs', 'ts'].map((extension) => `cinescope.config.${extension}`)
const MOST_BYTES = 1_048_576

/** By CINESCOPE_DIRECTORY, else by a config file in JSON; else `.cinescope`. */
export function defaultPath(): string {
  const said = process.env['CINESCOPE_DIRECTORY']
  return (said === '' ? undefined : said) ?? pathInFile() ?? USUAL
}

/** The config file that may name another place, which is not known to the command line; undefined where there is none. */
export function unreadConfig(): string | undefined {
  return PROGRAMS.find((name) => existsSync(name))
}

function pathInFile(): string | undefined {
  if (unreadConfig() !== undefined) return undefined
  try {
    if (statSync(JSON_CONFIG).size > MOST_BYTES) return undefined
    const { directory } = JSON.parse(readFileSync(JSON_CONFIG, 'utf8')) as { directory?: unknown }
    return typeof directory === 'string' && directory !== '' ? directory : undefined
  } catch {
    // there is none, or the server that reads it says what is wrong
    return undefined
  }
}
