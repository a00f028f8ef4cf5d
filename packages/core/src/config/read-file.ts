/** The options of a config file. */

import { extname } from 'node:path'
import { CinescopeError } from '@cinescope/protocol'
import { checkOptions, type OptionRules } from '../options/option-rules.ts'
import type { ScopeOptions } from '../options/scope-options.ts'
import { SCOPE_SCHEMA } from '../options/scope-schema.ts'
import { variableOf } from './environment.ts'
import { CONFIG_NAMES } from './find-file.ts'

const RULES: OptionRules = SCOPE_SCHEMA

/** Checked. @throws CSC_ERR_CONFIG for what cannot be read @throws CSC_ERR_OPTION for a wrong option */
export async function readConfigFile(path: string): Promise<ScopeOptions> {
  const { loadConfigFile } = await import('./load-file.ts')
  const extensions = CONFIG_NAMES.map((name) => extname(name))
  const options = await loadConfigFile(path, extensions)
  checkOptions(options, RULES, `${path}: config`)
  const misplaced = Object.keys(options).find((name) => RULES[name]?.notIn?.includes('file') === true)
  if (misplaced === undefined) return options
  const message = `${path}: config.${misplaced} cannot be set in a file; set it in code or by ${variableOf([misplaced])}`
  throw new CinescopeError('CSC_ERR_OPTION', message)
}
