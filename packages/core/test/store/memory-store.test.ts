import { createMemoryStore } from '../../src/store/memory-store.ts'
import { PROCESS } from '../recording/recording-fixture.ts'
import { storeConformance } from './conformance.ts'

storeConformance('memory', () => {
  const store = createMemoryStore(PROCESS)
  return { store, reader: store, dispose: () => store.close() }
})
