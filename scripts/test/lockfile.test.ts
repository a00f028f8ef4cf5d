import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

interface LockedPackage {
  readonly resolved?: string
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const root = join(import.meta.dirname, '../..')

function lockedPackages(folder: string): Readonly<Record<string, LockedPackage>> {
  return JSON.parse(readFileSync(join(root, folder, 'package-lock.json'), 'utf8')).packages
}

test.each(['.', 'scripts/matrix'])('the lockfile of %s names no registry', (folder) => {
  const resolved = Object.values(lockedPackages(folder)).map((each) => each.resolved ?? '')
  expect(resolved.filter((url) => /^\w+:/.test(url))).toEqual([])
})

test.each(['.', 'scripts/matrix'])('the lockfile of %s holds the binaries of every platform', (folder) => {
  const locked = lockedPackages(folder)
  const missing = Object.entries(locked).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => locked[`node_modules/${name}`] === undefined && locked[`${path}/node_modules/${name}`] === undefined,
    ),
  )
  // npm install leaves out what a registry does not have, and npm ci then refuses the lockfile.
  expect(missing).toEqual([])
})
