/** HOT. Writes the value of a key that holds URLs: the path of a request, and headers such as Referer and Location. */

import { OMISSION, TAG } from '@cinescope/protocol'
import { descriptorOf, isArray, isProxy } from './intrinsics.ts'
import type { PathState } from './paths.ts'
import { RoutedPath } from './routed-path.ts'
import { redactUrl, UNNAMED } from './url.ts'
import { isPlainUrl } from './url-path.ts'
import type { Walker } from './walker.ts'

/** Longer texts are not looked at, and longer URLs are looked at whole. */
const MAX_TOUCHED = 262_144
const MAX_PLAIN = 2048

/** Writes `value`: a URL, several, or anything else as it is. An ordinary path costs little more than its text. */
export function writeUrl(
  walker: Walker,
  value: unknown,
  at: number,
  depth: number,
  path: PathState | undefined,
): number {
  if (typeof value === 'string') return writeOne(walker, value, at)
  if (RoutedPath.is(value))
    return walker.string(redactUrl(value.path, walker.redaction, value.names(walker.redaction)), at)
  const isList = !isProxy(value) && isArray(value) && depth < walker.maxDepth
  return isList ? writeList(walker, value, at, depth, path) : walker.value(value, at, depth, path)
}

function writeOne(walker: Walker, text: string, at: number): number {
  if (text.length <= MAX_PLAIN) {
    const end = walker.latin1(text, at)
    if (end >= 0 && walker.plainUrls.has(text, walker.into, end - text.length, end)) return end
    if (end >= 0) walker.wipe(at, end)
  }
  const end = walker.string(text, at)
  // a word under `location` is no URL
  if (text.length > MAX_TOUCHED || !text.includes('/')) return end
  if (text.length <= MAX_PLAIN && isPlainUrl(text)) return end
  walker.wipe(at, end)
  return walker.string(redactUrl(text, walker.redaction, UNNAMED), at)
}

function writeList(
  walker: Walker,
  list: readonly unknown[],
  start: number,
  depth: number,
  path: PathState | undefined,
): number {
  if (!walker.open(start)) return walker.cut(start, OMISSION.size, list.length)
  let at = walker.byte(start, TAG.array)
  for (let i = 0; i < list.length; i++) {
    if (i >= walker.maxWidth || !walker.hasRoom(at)) {
      at = walker.cut(at, i >= walker.maxWidth ? OMISSION.width : OMISSION.size, list.length - i)
      break
    }
    const descriptor = descriptorOf(list, i)
    if (descriptor === undefined) at = walker.byte(at, TAG.undefined)
    else if ('get' in descriptor) at = walker.omit(at, OMISSION.getter, 0)
    else if (typeof descriptor.value === 'string') at = writeOne(walker, descriptor.value, at)
    else at = walker.value(descriptor.value, at, depth + 1, path?.step(String(i)))
  }
  return walker.close(at, TAG.end)
}
