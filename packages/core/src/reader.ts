/** Opening recordings: what a program needs that reads and does not record. */

export type { ControlAnswer, ControlRequest, ControlStatus } from './control/exchange.ts'
export type { ControlTarget } from './control/ask-process.ts'
export { askProcess } from './control/ask-process.ts'
export type { RecordingPart, RecordingStatus, UnreadRecording } from './query/account.ts'
export type { QueryControl, QueryProgress } from './query/reading.ts'
export type { OpenRecording, Recording } from './recording/recording.ts'
export type { Seeker, SeekOptions } from './recording/seeker.ts'
export type { EventTail, TailOptions, TailQuery } from './recording/tail.ts'
export type { OpenOptions } from './recording/open-recording.ts'
export {
  findRecording,
  openProcesses,
  openRecording,
  RECORDING_EXTENSION,
  recordingsIn,
} from './recording/open-recording.ts'
export type { CopyReport } from './recording/copy/merge.ts'
export { mergeRecordings } from './recording/copy/merge.ts'
export type { ExtractReport } from './recording/copy/extract.ts'
export { extractFilms } from './recording/copy/extract.ts'
export type { Target } from './recording/copy/new-file.ts'
export { packRecording } from './recording/copy/pack.ts'
export type { CompactReport } from './recording/upkeep/compact.ts'
export { compactRecording } from './recording/upkeep/compact.ts'
export type { KeepLimits, PruneFileReport } from './recording/upkeep/prune.ts'
export { pruneRecording } from './recording/upkeep/prune.ts'
export type { DirectoryEntry, KeepOfDirectory, PruneDirectoryReport } from './recording/upkeep/prune-directory.ts'
export { pruneDirectory } from './recording/upkeep/prune-directory.ts'
export { leftOutAt } from './timetravel/left-out.ts'
