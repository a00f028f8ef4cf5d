/** Reads OTLP JSON by the protocol's own proto files, and refuses what they do not name. */

import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import protobuf from 'protobufjs'

const require = createRequire(import.meta.url)
const PROTOS = join(dirname(require.resolve('@opentelemetry/otlp-grpc-exporter-base/package.json')), 'build/protos')
/** Ids are hex in OTLP's JSON, unlike in protobuf's. */
const HEX: Readonly<Record<string, number>> = { traceId: 32, spanId: 16, parentSpanId: 16 }

/** An OTLP span, as far as tests look. */
export interface OtlpSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[]
  readonly events: readonly { readonly name: string; readonly attributes: OtlpSpan['attributes'] }[]
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[]
  readonly status?: { readonly code: number; readonly message?: string }
}

/** All spans of an export; throws at the first field, value or id that is not of the protocol. */
export function parseOtlp(text: string): OtlpSpan[] {
  const root = new protobuf.Root()
  root.resolvePath = (_origin, target) => join(PROTOS, target)
  root.loadSync('opentelemetry/proto/collector/trace/v1/trace_service.proto').resolveAll()
  const type = root.lookupType('opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest')
  return text
    .trimEnd()
    .split('\n')
    .flatMap((line) => {
      const request = JSON.parse(line) as { resourceSpans: { scopeSpans: { spans: OtlpSpan[] }[] }[] }
      checkMessage(type, request, 'request')
      return request.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
    })
}

function checkMessage(type: protobuf.Type, value: unknown, path: string): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${path} is no message`)
  for (const [key, each] of Object.entries(value)) {
    const field = type.fields[key] ?? type.fieldsArray.find(({ name }) => protobuf.util.camelCase(name) === key)
    if (field === undefined) throw new Error(`${path}.${key} is no field of ${type.name}`)
    if (field.options?.['deprecated'] === true) throw new Error(`${path}.${key} is deprecated`)
    if (field.repeated !== Array.isArray(each)) throw new Error(`${path}.${key} is ${field.repeated ? 'no' : 'a'} list`)
    const items = Array.isArray(each) ? each : [each]
    for (const [index, item] of items.entries()) checkField(field, key, item, `${path}.${key}[${index}]`)
  }
  for (const { name, fieldsArray } of type.oneofsArray) {
    const given = fieldsArray.filter((field) => Object.hasOwn(value, protobuf.util.camelCase(field.name)))
    if (given.length > 1) throw new Error(`${path} has more than one ${name}`)
  }
}

function checkField(field: protobuf.Field, key: string, value: unknown, path: string): void {
  const type = field.resolvedType
  if (type instanceof protobuf.Type) checkMessage(type, value, path)
  else if (type instanceof protobuf.Enum) {
    if (typeof value !== 'number' || type.valuesById[value] === undefined) throw new Error(`${path} is no ${type.name}`)
  } else if (!isScalar(field.type, key, value)) throw new Error(`${path} is no ${field.type}: ${String(value)}`)
}

function isScalar(type: string, key: string, value: unknown): boolean {
  const digits = HEX[key]
  if (digits !== undefined) return new RegExp(`^(?!0+$)[0-9a-f]{${digits}}$`).test(String(value))
  switch (type) {
    case 'string':
      return typeof value === 'string' && value.isWellFormed()
    case 'bool':
      return typeof value === 'boolean'
    case 'double':
      return typeof value === 'number' || /^(NaN|-?Infinity|-0)$/.test(String(value))
    case 'fixed64':
      return typeof value === 'string' && /^\d{1,20}$/.test(value) && BigInt(value) < 2n ** 64n
    case 'int64':
      return typeof value === 'string' && /^-?\d{1,19}$/.test(value)
    case 'uint32':
      return Number.isInteger(value)
    default:
      return false
  }
}
