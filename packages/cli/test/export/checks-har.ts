/** Reads an HTTP Archive by the published schemas. */

import { createRequire } from 'node:module'

/** An entry, as far as tests look. */
export interface HarEntry {
  readonly time: number
  readonly startedDateTime: string
  readonly request: {
    readonly method: string
    readonly url: string
    readonly headers: readonly { readonly name: string; readonly value: string }[]
    readonly queryString: readonly { readonly name: string; readonly value: string }[]
    readonly postData?: { readonly mimeType: string; readonly text: string }
    readonly bodySize: number
  }
  readonly response: { readonly status: number; readonly content: { readonly text?: string; readonly size: number } }
  readonly comment: string
}

interface Validator {
  addSchema(schemas: readonly object[]): void
  addMetaSchema(schema: object): void
  validate(id: string, value: unknown): boolean
  errorsText(): string
}

const require = createRequire(import.meta.url)

/** The log of an archive; throws with what the schemas refuse. */
export function parseHar(text: string): { readonly entries: readonly HarEntry[]; readonly comment: string } {
  // neither package has types of its own that fit
  const Ajv = require('ajv') as new (options: object) => Validator
  const schemas = require('har-schema') as Readonly<Record<string, object>>
  const ajv = new Ajv({ allErrors: true, schemaId: 'auto' })
  ajv.addMetaSchema(require('ajv/lib/refs/json-schema-draft-06.json') as object)
  ajv.addSchema(Object.values(schemas))
  const archive = JSON.parse(text) as { log: { entries: readonly HarEntry[]; comment: string } }
  if (!ajv.validate('har.json#', archive)) throw new Error(ajv.errorsText())
  return archive.log
}
