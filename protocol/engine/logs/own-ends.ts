/** Where a node's own logs end: what people hold paper stubs against when the database went back in time. */
import { civilTime } from '#protocol/casework/time/days.ts'
import { COUNTY_STREAM, logParts, type NodeId, type StreamId } from '#protocol/ids.ts'
import { readEntry } from '#protocol/log/entry.ts'
import type { LogHead } from '#protocol/log/head.ts'
import { decodePack } from '#protocol/log/pack.ts'
import type { EndWords } from '../office.ts'
import type { Storage } from '../ports/storage.ts'
import { writingTime } from './writing-time.ts'

/** What this node wrote to a stream, under all its incarnations. */
export interface OwnEnd {
  readonly stream: StreamId
  readonly entries: number
  /** When the newest of them was written, in milliseconds since 1970 by the corrected clock; 0 when it cannot be read. */
  readonly time: number
}

/** The ends of a node's own logs, as the disk has them. */
export async function ownEnds(
  storage: Pick<Storage, 'packHolding'>,
  heads: Iterable<LogHead>,
  node: NodeId,
): Promise<readonly OwnEnd[]> {
  const ends = new Map<StreamId, OwnEnd>()
  for (const head of heads) {
    const { node: author, stream } = logParts(head.key)
    if (author !== node || head.height === 0) continue
    const known = ends.get(stream) ?? { stream, entries: 0, time: 0 }
    const time = Math.max(known.time, await timeAt(storage, head))
    ends.set(stream, { stream, entries: known.entries + head.height, time })
  }
  return [...ends.values()]
}

async function timeAt(storage: Pick<Storage, 'packHolding'>, { key, height, hash }: LogHead): Promise<number> {
  const pack = await storage.packHolding(key, height)
  const packed = (pack && decodePack(pack.bytes))?.find(({ log, record }) => log === key && record.seq === height)
  const entry = packed && readEntry(key, packed.record, hash)
  return entry ? writingTime(entry) : 0
}

/** A time as it stands on paper stubs: `2026-11-21 08:31`. */
const minuteOf = (time: number): string => civilTime(time).slice(0, 16).replace('T', ' ')

/** When the newest entry of all was written, as on paper stubs, and how many there are; undefined without any. */
export function lastOf(ends: readonly OwnEnd[]): { readonly time: string; readonly entries: number } | undefined {
  if (ends.length === 0) return undefined
  const newest = Math.max(...ends.map(({ time }) => time))
  const entries = ends.reduce((sum, end) => sum + end.entries, 0)
  return { time: newest === 0 ? '不明时间' : minuteOf(newest), entries }
}

/** The ends in words; without any, that nothing is there. */
export function endsInWords(ends: readonly OwnEnd[], nameOf: (stream: StreamId) => string | undefined): EndWords {
  if (ends.length === 0) return { until: '本机写的记录一条也没有', each: '' }
  const words = ends.map(({ stream, entries, time }) => {
    const name = stream === COUNTY_STREAM ? '全县目录' : (nameOf(stream) ?? `站点 ${stream}`)
    return `“${name}”最后一条写于 ${time === 0 ? '不明时间' : minuteOf(time)}(共 ${entries} 条)`
  })
  const last = lastOf(ends)
  const stations = ends.filter(({ stream }) => stream !== COUNTY_STREAM).length
  const until = `本机写的记录当时只到 ${last?.time}(${stations} 个站点,共 ${last?.entries} 条)`
  return { until, each: words.join(';') }
}

/** What people do about own records that nobody else holds. */
export const checkStubs = (isRoot: boolean, { until, each }: EndWords): string =>
  `${
    isRoot
      ? '只在县中心产生、没有到过下级的记录(大厅自己建的办件,没有发到下级的目录、人员和站点)取不回来'
      : '只存在本机、没有到过别的节点的记录取不回来'
  }。${until}。${each === '' ? '所有纸质凭证' : '这之后开出的纸质凭证'},请按编号逐份查询,查不到的补录。`
