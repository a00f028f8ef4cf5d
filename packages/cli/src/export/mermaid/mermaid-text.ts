/** Text that a Mermaid parser takes for text, whatever it holds. */

import { clip, visible } from '../../format/visible.ts'

const MAX = 120

/** Characters with a meaning in diagrams, HTML or Markdown as entity codes; control characters written out; at most 120 columns. */
export function mermaidText(text: string): string {
  const plain = clip(visible(text), MAX).trim()
  if (plain === '') return '(no name)'
  return plain.replaceAll(/[^\p{L}\p{N} /.,_*()[\]@=+?!|-]/gu, (character) => `#${character.codePointAt(0) ?? 0};`)
}
