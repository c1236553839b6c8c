/** Authorisation letters (授权书): whether somebody may use a power for an item at a station on a day. */
import type { StationCode } from '#protocol/ids.ts'
import type { Letter } from '../directory.ts'
import type { PowerAnswer, PowerQuestion } from '../register.ts'

/** Letters of each station: a county has hundreds of them, a station a handful. */
const byStation = new WeakMap<readonly Letter[], ReadonlyMap<StationCode, readonly Letter[]>>()

/**
 * `held` when a letter covers it and is not revoked by that day, `revoked` when all that cover it are, `none` otherwise.
 * @param letters of all stations; the same list again is not sorted again.
 */
export function powerOf(letters: readonly Letter[], question: PowerQuestion): PowerAnswer {
  const covering = lettersAt(letters, question.station).filter((letter) => covers(letter, question))
  if (covering.length === 0) return 'none'
  return covering.some(({ revoked }) => revoked === null || revoked.from > question.day) ? 'held' : 'revoked'
}

/** The letters of a station. */
export function lettersAt(letters: readonly Letter[], station: StationCode): readonly Letter[] {
  let known = byStation.get(letters)
  if (known === undefined) {
    known = Map.groupBy(letters, (letter) => letter.station)
    byStation.set(letters, known)
  }
  return known.get(station) ?? []
}

/** Whether a letter gives the power, be it revoked or not. Facts without a person stand under letters for anybody. */
const covers = (letter: Letter, { power, item, person, day }: PowerQuestion): boolean =>
  letter.powers.includes(power) &&
  (letter.person === null || letter.person === person) &&
  (letter.items === null ? letter.department === item.department : letter.items.includes(item.id)) &&
  letter.from <= day &&
  day <= letter.until
