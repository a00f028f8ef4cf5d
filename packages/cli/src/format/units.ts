/** Numbers with their units, as people read them. */

/** `340 ns`, `41.2 µs`, `12.4 ms`, `2.31 s`, `3 m 02 s`. */
export function duration(ns: number): string {
  if (ns < 1000) return `${Math.round(ns)} ns`
  if (ns < 999_500) return `${threeDigits(ns / 1e3)} µs`
  if (ns < 999_500_000) return `${threeDigits(ns / 1e6)} ms`
  if (ns < 99_950_000_000) return `${threeDigits(ns / 1e9)} s`
  const seconds = Math.round(ns / 1e9)
  return `${Math.floor(seconds / 60)} m ${String(seconds % 60).padStart(2, '0')} s`
}

/** Milliseconds of CPU. */
export function cpu(ms: number): string {
  return duration(ms * 1e6)
}

/** `812 B`, `1.4 KiB`, `36 MiB`. */
export function bytes(count: number): string {
  if (count < 1024) return `${count} B`
  if (count < 1024 ** 2) return `${threeDigits(count / 1024)} KiB`
  if (count < 1024 ** 3) return `${threeDigits(count / 1024 ** 2)} MiB`
  return `${threeDigits(count / 1024 ** 3)} GiB`
}

/** `1,234,567`. */
export function count(value: number): string {
  return String(value).replaceAll(/\B(?=(\d{3})+$)/g, ',')
}

/** `1 film`, `2 films`, `2 matches`. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : /(s|x|ch|sh)$/.test(noun) ? 'es' : 's'}`
}

/** Local time of day, `14:03:22.118`. */
export function timeOfDay(ms: number): string {
  const date = new Date(ms)
  if (Number.isNaN(date.getTime())) return '(no time)'
  const two = (value: number): string => String(value).padStart(2, '0')
  const seconds = `${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`
  return `${two(date.getHours())}:${two(date.getMinutes())}:${seconds}`
}

/** Local date, `2026-05-01`. */
export function dateOf(ms: number): string {
  const date = new Date(ms)
  if (Number.isNaN(date.getTime())) return '(no date)'
  const month = String(date.getMonth() + 1).padStart(2, '0')
  return `${date.getFullYear()}-${month}-${String(date.getDate()).padStart(2, '0')}`
}

/** A part of 1 with two digits: `0.12 %`, `34 %`. */
export function percent(part: number): string {
  const value = part * 100
  return `${value < 0.095 ? value.toPrecision(1) : value.toFixed(value < 0.995 ? 2 : value < 9.95 ? 1 : 0)} %`
}

function threeDigits(value: number): string {
  return value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0)
}
