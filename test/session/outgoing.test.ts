/** What is taken of a pack that is larger than a frame should be. */
import { expect, test } from 'vitest'
import type { DocumentId, LogKey, PersonId, StationCode } from '#protocol/ids.ts'
import { encodeContent, KIND } from '#protocol/log/entry.ts'
import { decodePack, encodePack, type Packable, packable, runsOf } from '#protocol/log/pack.ts'
import { selectPart } from '#protocol/session/outgoing.ts'
import { livePeer, logIn, streamA } from './peer.ts'

const mine = logIn('a', streamA)
const other = logIn('c', streamA)
const BYTES = 1_000

/** A record of about BYTES, signed or not. */
function record(log: LogKey, seq: number, isSigned: boolean): Packable {
  const content = encodeContent({
    kind: KIND.edit,
    document: 'note' as DocumentId,
    person: 'p' as PersonId,
    station: '510724100' as StationCode,
    time: 1,
    clockOffset: null,
    catalogueVersion: 1,
    calendarVersion: 0,
    payload: new Uint8Array(BYTES),
  })
  return packable(log, { seq, content, signature: isSigned ? new Uint8Array(64) : null })
}

function candidate(records: readonly Packable[]) {
  const bytes = encodePack(records)
  return { bytes, runs: runsOf(decodePack(bytes) ?? []) }
}

/** Takes parts one after the other as sending does, and names the records of each. */
function partsOf(records: readonly Packable[], share: number): string[][] {
  const peer = livePeer()
  peer.live.ready.add(streamA)
  const whole = candidate(records)
  const parts: string[][] = []
  for (;;) {
    const { packs, heights, isWhole } = selectPart(whole, peer.live, share)
    parts.push(packs.flatMap((pack) => decodePack(pack) ?? []).map((one) => `${one.log[0]}${one.record.seq}`))
    peer.do({ type: 'dispatched', sizes: [BYTES], heights })
    if (isWhole) return parts
  }
}

test('S104 a pack goes in parts that end where every log in them ends signed, and nothing is sent twice or left out', () => {
  const records = [
    record(mine, 1, true),
    record(mine, 2, false),
    record(other, 1, true),
    record(mine, 3, true),
    record(other, 2, true),
  ]
  expect(partsOf(records, 0.25)).toEqual([['a1'], ['a2', 'c1', 'a3'], ['c2']])
  expect(partsOf(records, 1)).toEqual([['a1', 'a2', 'c1', 'a3', 'c2']])
})

test('S104 a part is as long as its share allows, and an entry that is larger alone goes alone', () => {
  const records = [1, 2, 3, 4, 5, 6].map((seq) => record(mine, seq, true))
  expect(partsOf(records, 0.5)[0]).toEqual(['a1', 'a2', 'a3'])
  expect(partsOf(records, 0.01)).toEqual([['a1'], ['a2'], ['a3'], ['a4'], ['a5'], ['a6']])
})
