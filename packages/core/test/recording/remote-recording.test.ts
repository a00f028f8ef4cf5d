import { once } from 'node:events'
import { MessageChannel } from 'node:worker_threads'
import { expect, it } from 'vitest'
import { remoteRecording } from '../../src/recording/remote-recording.ts'

it('a question that cannot be sent fails, and keeps no process alive', async () => {
  const { port1, port2 } = new MessageChannel()
  const recording = remoteRecording(port1)
  const where = { text: () => 'no text' } as never
  await expect(recording.events({ where })).rejects.toMatchObject({ code: 'CSC_ERR_QUERY' })
  expect(port1.hasRef()).toBe(false)
  port2.close()
  await once(port1, 'close')
})
