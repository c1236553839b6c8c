/** The numbers of a case: each renumbering names the number it replaces, so no clock decides which one is the last. */
import type { EntryHash, StationCode } from '#protocol/ids.ts'
import { textOf } from '../facts/values.ts'
import type { Judged } from './gather.ts'
import type { Progress } from './progress.ts'

interface Renumbering {
  readonly former: string
  readonly number: string
  /** The epoch in which it counts; 0 of the root's when an earlier program wrote it. */
  readonly epoch: number
  readonly isRoots: boolean
}

interface Holding {
  readonly byHash: ReadonlyMap<EntryHash, Judged>
  readonly progress: Pick<Progress, 'holders'>
}

/** The last epoch of each station that held the case. */
const lastEpochs = ({ progress }: Holding): ReadonlyMap<StationCode, number> =>
  new Map([...progress.holders].map(([epoch, station]) => [station, epoch]))

/**
 * The epoch in which a renumbering counts: that of the fact at which its writer saw the case, if its station held the case
 * then or is the root; of earlier programs, which did not write that down, the last one of the station.
 * Undefined when there is none.
 */
function epochOf(
  { byHash, progress }: Holding,
  last: ReadonlyMap<StationCode, number>,
  { entry, writer }: Judged,
): number | undefined {
  const seen = entry.fact?.previous ?? null
  const verdict = seen === null ? undefined : byHash.get(seen)?.verdict
  if (writer.root) return typeof verdict === 'number' ? verdict : 0
  if (seen !== null) {
    return typeof verdict === 'number' && progress.holders.get(verdict) === entry.station ? verdict : undefined
  }
  return last.get(entry.station)
}

/**
 * The numbers of a case, the present one last. A renumbering follows the one that gave the number it replaces, but never
 * one of a later epoch. Of several that replace the same number the one of the latest epoch is followed, then the root's,
 * then the first by time and hash; the others stay among the former numbers, because papers with them are in people's hands. One that
 * replaces a number which nobody gave follows the opening.
 * @param contributions in their order by time and hash
 */
export function numbersOf(holding: Holding, opened: string, contributions: readonly Judged[]): readonly string[] {
  const all: Renumbering[] = []
  const last = lastEpochs(holding)
  for (const judged of contributions) {
    const { fact } = judged.entry
    if (fact?.kind !== 'renumbered' || judged.verdict !== null) continue
    const epoch = epochOf(holding, last, judged)
    if (epoch === undefined) judged.verdict = 'not-holder'
    else
      all.push({
        former: textOf(fact.fields.former),
        number: textOf(fact.fields.number),
        epoch,
        isRoots: judged.writer.root,
      })
  }
  const given = new Set([opened, ...all.map(({ number }) => number)])
  const replacing = Map.groupBy(all, ({ former }) => (given.has(former) ? former : opened))
  const chain = new Set<Renumbering>()
  for (let [number, epoch] = [opened, 0]; ; ) {
    const rivals = (replacing.get(number) ?? []).filter((one) => one.epoch === 0 || one.epoch >= epoch)
    replacing.delete(number) // numbers that lead back to each other end here
    const [next] = rivals.sort(
      (left, right) => right.epoch - left.epoch || Number(right.isRoots) - Number(left.isRoots),
    )
    if (next === undefined) break
    chain.add(next)
    number = next.number
    epoch = Math.max(epoch, next.epoch)
  }
  const besides = all.filter((one) => !chain.has(one))
  return [opened, ...[...besides, ...chain].map(({ number }) => number)]
}
