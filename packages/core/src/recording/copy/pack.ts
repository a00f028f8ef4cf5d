/** Makes one file of a recording and its log. */

import { openRecordingFile } from '../../store/sqlite/open.ts'
import { type Target, writeNewFile } from './new-file.ts'
import { turns } from './turns.ts'

/**
 * Writes what the recording at `path` holds now to a new file, without log and without the room that retention has freed. One
 * that is live goes on undisturbed; its copy, like that of one whose writer was killed, is interrupted: what came after is unknown.
 * Its thread does nothing else meanwhile, so a signal is heard when the copy has been made, which is then removed.
 * @throws CSC_ERR_NO_RECORDING, CSC_ERR_FORMAT, CSC_ERR_HOSTILE; CSC_ERR_STORE when the target cannot be written; CSC_ERR_ABORTED
 */
export async function packRecording(path: string, target: Target): Promise<void> {
  const database = openRecordingFile(path)
  const turn = turns(target.signal)
  try {
    await writeNewFile(target, [path], async (temporary) => {
      // the copy is what is written; the recording itself stays read-only
      database.exec('PRAGMA query_only = OFF')
      database.prepare('VACUUM INTO ?').run(temporary)
      await turn()
      openRecordingFile(temporary).close()
    })
  } finally {
    database.close()
  }
}
