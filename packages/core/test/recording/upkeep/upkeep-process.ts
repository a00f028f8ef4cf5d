/** Prunes or compacts a recording in a process of its own, to be killed: `upkeep-process.ts <prune|compact> <path>`; says when it begins. */

import { compactRecording, pruneRecording } from '@cinescope/core/reader'

const [, , what, path = ''] = process.argv
process.stdout.write('ready\n')
if (what === 'prune') await pruneRecording(path, { maxEvents: 0 })
else await compactRecording(path)
