/** Where the config file is. */

import { existsSync } from 'node:fs'
import { fromHere } from '../base/from-here.ts'

/** In the working directory; the first that exists is read. */
export const CONFIG_NAMES: readonly string[] = ['js', 'mjs', 'cjs', 'ts', 'json'].map(
  (extension) => `cinescope.config.${extension}`,
)

/** The file's path, by the option `config`; undefined where there is none. One that is named need not exist. */
export function findConfigFile(config: string | boolean): string | undefined {
  if (config === false) return undefined
  const name = config === true ? CONFIG_NAMES.find((each) => existsSync(each)) : config
  return name === undefined ? undefined : fromHere(name)
}
