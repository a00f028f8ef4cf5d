/** NDJSON: one event a line, exactly as `query --ndjson` gives it. */

import { toJson } from '../format/json.ts'
import type { ExportPart } from './format.ts'

/** See the file's first line. Gaps are events of kind `gap`. */
export async function* ndjson(parts: AsyncIterable<ExportPart>): AsyncGenerator<string> {
  for await (const part of parts)
    for await (const page of part.pages()) for (const event of page) yield `${toJson(event, 0)}\n`
}
