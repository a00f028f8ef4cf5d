/** From what is said to settings: defaults < preset < config file < code < environment, key by key. */

import type { CinescopeError } from '@cinescope/protocol'
import { checkOptions, type OptionRules } from '../options/option-rules.ts'
import { defaultsOf } from '../options/option-schema.ts'
import { type AllScopeOptions, type ScopeOptions, type ScopeSettings, scopeSettings } from '../options/scope-options.ts'
import { SCOPE_SCHEMA } from '../options/scope-schema.ts'
import { sourceOptions } from '../options/source-settings.ts'
import { type Environment, readEnvironment } from './environment.ts'
import { findConfigFile } from './find-file.ts'
import { mergeOptions } from './merge.ts'
import { presetOptions } from './presets.ts'
import { readConfigFile } from './read-file.ts'

/** Where options are said. */
export interface Said {
  /** Those of createScope. */
  readonly code: ScopeOptions | undefined
  readonly environment: Environment
  /** Path of the program's main file. */
  readonly program: string | undefined
  /** Beats the defaults and nothing else. */
  readonly start?: ScopeOptions
}

/** What they come to. */
export interface Settled {
  readonly settings: ScopeSettings
  /** What is wrong and hurts nobody. */
  readonly warning: CinescopeError | undefined
}

/** Reads the config file, if there is one and anything is recorded at all. @throws CSC_ERR_OPTION @throws CSC_ERR_CONFIG */
export async function settle(said: Said): Promise<Settled> {
  checkOptions(said.code, SCOPE_SCHEMA, 'createScope')
  const { options } = readEnvironment(SCOPE_SCHEMA, said.environment)
  const { enabled, config = true } = merged<ScopeOptions>([said.code, options])
  const path = enabled === false ? undefined : findConfigFile(config)
  return settleWith(path === undefined ? undefined : await readConfigFile(path), said)
}

/** The same with the options of a file that has been read. @throws CSC_ERR_OPTION */
export function settleWith(file: ScopeOptions | undefined, { code, environment, program, start }: Said): Settled {
  checkOptions(code, SCOPE_SCHEMA, 'createScope')
  const { options, warning } = readEnvironment(SCOPE_SCHEMA, environment)
  const said = merged<ScopeOptions>([file, code, options])
  const purpose = presetOptions(said.preset, environment['NODE_ENV'])
  const all = merged<AllScopeOptions>([defaultsOf(SCOPE_SCHEMA), start, purpose, said])
  return { settings: scopeSettings(all, program), warning }
}

/** For a thread that joins a recording: as that was started, but for what this thread says of what it records itself. */
export function settleThread(
  started: Omit<ScopeSettings, 'onInternalError'>,
  { code, environment, program }: Said,
): ScopeSettings {
  checkOptions(code, SCOPE_SCHEMA, 'createScope')
  const { options } = readEnvironment(SCOPE_SCHEMA, environment)
  const rules: OptionRules = SCOPE_SCHEMA
  const own = Object.entries(merged([code, options])).filter(([name]) => rules[name]?.perThread === true)
  const above = { ...started, ...sourceOptions(started.sources) }
  const all = merged<AllScopeOptions>([defaultsOf(rules), above, Object.fromEntries(own)])
  return scopeSettings(all, program)
}

/** Of `T` is what the layers have together: all options, where the defaults are among them. */
function merged<T extends object>(layers: readonly (object | undefined)[]): T {
  return mergeOptions(SCOPE_SCHEMA, layers) as T
}
