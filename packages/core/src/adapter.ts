/** The curated surface that every adapter is built on. */

export { checkOptions } from './base/option-rules.ts'
export type { OptionRule, OptionRules } from './base/option-rules.ts'
export type { Probe } from './capture/probe.ts'
export { probeOf } from './capture/probe-of.ts'
export type { ProbeCarrier } from './capture/probe-of.ts'
export type { Recorder } from './capture/recorder.ts'
export { Text } from './capture/recorder.ts'
export type { Span } from './capture/span.ts'
export type { CapturedText } from './value/captured-text.ts'
