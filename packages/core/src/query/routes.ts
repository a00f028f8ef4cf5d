/** Figures of routes, from what the writer counted as films ended. */

import {
  decodeSketch,
  durationNs,
  kindName,
  QuantileSketch,
  type RouteFigures,
  type SketchBin,
} from '@cinescope/protocol'
import type { Reading } from './reading.ts'

type Known = Pick<RouteFigures, 'name' | 'framework' | 'kind' | 'films' | 'failed' | 'kept'>

/** See `Recording.routes`. */
export function routes({ source }: Reading): Promise<readonly RouteFigures[]> {
  return source.read((view) => {
    const united = new United()
    for (const { site: number, kind: code, films, failed, kept, sketch } of view.routes()) {
      const site = view.site(number)
      const kind = kindName(code) ?? 'unknown'
      const name = site?.name ?? (code === 0 ? 'other' : kind)
      united.add({ name, framework: site?.framework, kind, films, failed, kept }, decodeSketch(sketch))
    }
    return united.told()
  })
}

/** Routes of several recordings, those of the same name, framework and kind as one. */
export function uniteRoutes(all: readonly RouteFigures[]): readonly RouteFigures[] {
  const united = new United()
  for (const { durations, ...known } of all) united.add(known, sketchOf(durations))
  return united.told()
}

/** Sums by name, framework and kind: each thread has sites of its own. */
class United {
  readonly #routes = new Map<string, { known: Known; readonly sketch: QuantileSketch }>()

  add(known: Known, sketch: QuantileSketch): void {
    const key = `${known.kind} ${known.framework ?? ''} ${known.name}`
    const route = this.#routes.get(key)
    if (route === undefined) return void this.#routes.set(key, { known, sketch })
    const { films, failed, kept } = route.known
    route.known = { ...known, films: films + known.films, failed: failed + known.failed, kept: kept + known.kept }
    route.sketch.merge(sketch)
  }

  told(): RouteFigures[] {
    return Array.from(this.#routes.values(), figuresOf).toSorted(
      (a, b) => b.films - a.films || (a.name < b.name ? -1 : 1),
    )
  }
}

function figuresOf({ known, sketch }: { readonly known: Known; readonly sketch: QuantileSketch }): RouteFigures {
  const { name, framework, kind, films, failed, kept } = known
  const at = (quantile: number): RouteFigures['p50Ns'] => durationNs(Math.round(sketch.quantile(quantile) ?? 0))
  const quantiles = { p50Ns: at(0.5), p95Ns: at(0.95), p99Ns: at(0.99) }
  return { name, framework, kind, films, failed, kept, ...quantiles, durations: sketch.bins() }
}

function sketchOf(bins: readonly SketchBin[]): QuantileSketch {
  const sketch = new QuantileSketch()
  for (const { bin, count } of bins) sketch.addBin(bin, count)
  return sketch
}
