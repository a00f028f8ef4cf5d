/** The curated surface that every adapter is built on. */

export type { Recorder } from './capture/recorder.ts'
export { Text } from './capture/recorder.ts'
export type { Probe } from './capture/probe.ts'
export type { Span } from './capture/span.ts'
export type { CapturedText } from './value/encoder.ts'
export type { Scope } from './scope.ts'
export { probeOf } from './scope.ts'
