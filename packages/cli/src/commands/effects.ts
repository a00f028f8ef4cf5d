/** `cinescope effects`: what came of an event. */

import { CAUSAL_OPTIONS, runCausal } from '../base/causal-command.ts'
import type { Command } from '../base/command.ts'

/** See the file's first line. */
export const effects: Command = {
  name: 'effects',
  about: [
    'ID is that of an event (16 digits), or of a film as `cinescope films` lists it.',
    'The event comes first, below it what it led to, each below what led to it: `in` what happened inside, `by` what named it as its cause,\n`message` what its message set off, `remote` what another thread or process did when called.',
  ],
  operands: [{ name: 'ID', required: true }, { name: 'PATH' }],
  options: CAUSAL_OPTIONS,
  examples: [
    ['effects 3fa9', 'all that a request set off, in whichever process'],
    ['effects 3fa9 --depth 2 --explain', 'the nearest of it, and what was read to know it'],
  ],
  run: (call) => runCausal(call, 'effects'),
}
