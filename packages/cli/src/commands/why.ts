/** `cinescope why`: what led to an event. */

import { CAUSAL_OPTIONS, runCausal } from '../base/causal-command.ts'
import type { Command } from '../base/command.ts'

/** See the file's first line. */
export const why: Command = {
  name: 'why',
  about: [
    'ID is that of an event (16 digits, as `cinescope query` and `cinescope film --json` tell them), or of a film as `cinescope films` lists it.',
    'The event comes first, below it what led to it, down to the origin: `in` the span it happened inside, `by` a cause of the same thread,\n`message` what sent it, `remote` the span of another thread or process that called. Where there are several causes, the tree parts.',
  ],
  operands: [{ name: 'ID', required: true }, { name: 'PATH' }],
  options: CAUSAL_OPTIONS,
  examples: [
    ['why 3fa9c2d4e5f60718', 'how this event came about'],
    ['why 3fa9', 'what led to a film, in whichever process'],
    ['why 3fa9c2d4e5f60718 --depth 1', 'its direct causes only'],
  ],
  run: (call) => runCausal(call, 'causes'),
}
