/** The suite every connection adapter passes. */
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Connection } from '#protocol/engine/ports/identity.ts'
import { LIMITS, MESSAGE_BYTES } from '#protocol/limits.ts'

export interface Pair {
  readonly left: Connection
  readonly right: Connection
}

/** What one end has seen so far. */
export function watch(connection: Connection) {
  const frames: Uint8Array[] = []
  const ends: string[] = []
  connection.listen({ frame: (frame) => frames.push(frame), closed: (reason) => ends.push(reason) })
  return { frames, ends }
}

const numbered = (number: number, length = 8) => new Uint8Array(length).fill(number % 256)
const until = (check: () => void) => vi.waitFor(check, { timeout: 5_000, interval: 5 })

/** Runs the contract; `connect` makes a fresh pair, `disconnect` ends what it opened. */
export function connectionContract(name: string, connect: () => Promise<Pair>, disconnect: () => Promise<void>) {
  describe(`connection: ${name}`, () => {
    afterEach(disconnect)

    test('T1 frames arrive whole and in order, in both directions', async () => {
      const { left, right } = await connect()
      const seenLeft = watch(left)
      const seenRight = watch(right)
      for (let number = 0; number < 200; number++) {
        left.send(numbered(number, 1 + number * 37))
        right.send(numbered(number + 1))
      }
      await until(() => expect([seenLeft.frames.length, seenRight.frames.length]).toEqual([200, 200]))
      seenRight.frames.forEach((frame, number) => {
        expect(frame).toEqual(numbered(number, 1 + number * 37))
      })
      seenLeft.frames.forEach((frame, number) => {
        expect(frame).toEqual(numbered(number + 1))
      })
    })

    test('T1 a frame of exactly the largest size arrives', async () => {
      const { left, right } = await connect()
      const seen = watch(right)
      left.send(numbered(7, MESSAGE_BYTES))
      await until(() => expect(seen.frames).toHaveLength(1))
      expect(seen.frames[0]?.length).toBe(MESSAGE_BYTES)
    })

    test('T2 frames that arrive before anybody listens are kept', async () => {
      const { left, right } = await connect()
      const answers = watch(left)
      for (let number = 0; number < LIMITS.unheardFrames - 1; number++) left.send(numbered(number))
      right.send(numbered(1))
      await until(() => expect(answers.frames).toHaveLength(1)) // the other direction has had its round trip
      const seen = watch(right)
      left.send(numbered(99))
      await until(() => expect(seen.frames).toHaveLength(LIMITS.unheardFrames))
      expect(seen.frames.map((frame) => frame[0])).toEqual([...Array(LIMITS.unheardFrames - 1).keys(), 99])
    })

    test('T2 too many unheard frames end the connection', async () => {
      const { left } = await connect()
      const seen = watch(left)
      for (let number = 0; number <= LIMITS.unheardFrames; number++) left.send(numbered(number))
      await until(() => expect(seen.ends).toEqual(['nobody-listens']))
    })

    test('T11 received bytes grow with every frame that comes', async () => {
      const { left, right } = await connect()
      const seen = watch(right)
      const before = right.received()
      left.send(numbered(1, 1_000))
      await until(() => expect(seen.frames).toHaveLength(1))
      expect(right.received()).toBeGreaterThanOrEqual(before + 1_000)
    })

    test('T12 a paused connection delivers nothing, and afterwards everything in order, before its end', async () => {
      const { left, right } = await connect()
      const seen = watch(right)
      const answers = watch(left)
      right.pause()
      for (let number = 0; number < 5; number++) left.send(numbered(number))
      right.send(numbered(1))
      await until(() => expect(answers.frames).toHaveLength(1))
      expect(seen.frames).toEqual([])
      right.resume()
      await until(() => expect(seen.frames.map(([first]) => first)).toEqual([0, 1, 2, 3, 4]))
      right.pause()
      left.send(numbered(5))
      left.close('done')
      right.resume()
      await until(() => expect(seen.ends).toEqual(['done']))
      expect(seen.frames).toHaveLength(6)
    })

    test('T3 the end is told once, with its reason, also to who listens late', async () => {
      const { left, right } = await connect()
      const seenLeft = watch(left)
      left.close('enough')
      await until(() => expect(seenLeft.ends).toEqual(['enough']))
      let late = watch(right)
      await until(() => expect(late.ends).toEqual(['enough']))
      left.close('again')
      right.close('again')
      late = { ...late }
      expect([seenLeft.ends, late.ends]).toEqual([['enough'], ['enough']])
    })

    test('T3 frames sent before the end still arrive', async () => {
      const { left, right } = await connect()
      const seen = watch(right)
      left.send(numbered(1))
      left.send(numbered(2))
      left.close('done')
      await until(() => expect(seen.ends).toEqual(['done']))
      expect(seen.frames).toHaveLength(2)
    })

    test('T4 an oversized frame ends this connection, not the process or another connection', async () => {
      const first = await connect()
      const second = await connect()
      const seen = watch(first.right)
      const sender = watch(first.left)
      const other = watch(second.right)
      first.left.send(numbered(1, MESSAGE_BYTES + 1))
      await until(() => expect([seen.ends.length, sender.ends.length]).toEqual([1, 1]))
      expect(seen.frames).toEqual([])
      second.left.send(numbered(5))
      await until(() => expect(other.frames).toHaveLength(1))
    })

    test('T5 sending after the end is ignored on both sides', async () => {
      const { left, right } = await connect()
      const seenLeft = watch(left)
      const seenRight = watch(right)
      right.close('over')
      await until(() => expect(seenLeft.ends).toHaveLength(1))
      left.send(numbered(1))
      right.send(numbered(1))
      left.close('over')
      expect([seenLeft.frames, seenRight.frames]).toEqual([[], []])
    })
  })
}
