/** Opening recordings: what a program needs that reads and does not record. */

export type { QueryControl, Recording, RecordingStatus } from './query/recording.ts'
export type { OpenRecording } from './recording/open-recording.ts'
export { findRecording, openRecording, RECORDING_EXTENSION, recordingsIn } from './recording/open-recording.ts'
export type { EntityState } from './timetravel/state-at.ts'
