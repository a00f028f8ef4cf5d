/** Reads config files as Node does, without a test runner in between: `read-host.ts <path>...` prints what each came to. */

import { readConfigFile } from '../../src/config/read-file.ts'

const told: unknown[] = []
for (const path of process.argv.slice(2)) {
  told.push(
    await readConfigFile(path).then(
      (options) => ({ options }),
      ({ code, message }) => ({ code, message }),
    ),
  )
}
console.log(JSON.stringify(told))
