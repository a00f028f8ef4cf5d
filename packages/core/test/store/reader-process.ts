/** A second process that reads a recording while the first writes it: prints how many films each of thirty reads saw. */

import { openSqliteSource } from '../../src/store/sqlite/sqlite-source.ts'

const source = openSqliteSource(process.argv[2] ?? '')
for (let i = 0; i < 30; i++) {
  const [films, segments] = await source.read((view) => [
    view.films({ order: 'time', limit: 10_000 }).length,
    view.segments().length,
  ])
  if (films !== segments * 10) throw new Error(`${films} films in ${segments} segments`)
  process.stdout.write(`films ${films}\n`)
  await new Promise((resolve) => setTimeout(resolve, 5))
}
source.close()
process.stdout.write('done\n')
