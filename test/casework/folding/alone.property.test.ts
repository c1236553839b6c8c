/** Random histories of honest stations, and what one hostile station writes beside them afterwards. */
import { expect, test } from 'vitest'
import type { CaseState } from '#protocol/casework/case.ts'
import type { FactEntry, FactKind } from '#protocol/casework/facts/facts.ts'
import { logKey, logParts, type StationCode, streamOf } from '#protocol/ids.ts'
import {
  COUNTY,
  fold,
  last,
  letter,
  OTHER_TOWN,
  OTHER_VILLAGE,
  registerWith,
  TOWN,
  VILLAGE,
  write,
} from '#test/casework/people.ts'
import { type Chance, createChance } from '#test/simulation/chance.ts'

const STATIONS = [VILLAGE, TOWN, OTHER_TOWN, COUNTY, OTHER_VILLAGE]
const HONEST: readonly FactKind[] = [
  ...(['captured', 'received', 'accepted', 'notified', 'handled', 'withdrawn', 'retracted', 'reassigned'] as const),
  ...(['offered', 'offered', 'offered', 'taken', 'taken', 'declined', 'declined'] as const),
]
const HOSTILE: readonly (FactKind | 'of-tomorrow')[] = [
  ...HONEST,
  'opened',
  'voided',
  'adopted',
  'of-tomorrow',
  'of-tomorrow',
]
const REGISTER = registerWith({ letters: STATIONS.map((station) => letter(station, 'SL0001')) })

/** As it lies in the stream where the case is at home, or in that of its station. */
function inStream(fact: FactEntry, home: StationCode, stream: StationCode): FactEntry {
  const abroad = fact.fact?.kind === 'opened' && stream !== home ? { isAbroad: true } : {}
  return { ...fact, ...abroad, log: logKey({ ...logParts(fact.log), stream: streamOf(stream) }) }
}

/** A case that goes its way: each fact takes effect. */
function history(chance: Chance): { readonly facts: readonly FactEntry[]; readonly home: StationCode } {
  const home = chance.pick([VILLAGE, TOWN, COUNTY])
  const facts = [inStream(write('opened', home, null), home, home)]
  for (let time = 0; time < 30 && facts.length < 12; time++) {
    const { holder, offer, tip } = fold(facts, REGISTER)
    const kind = chance.pick(HONEST)
    const answers = kind === 'taken' || kind === 'declined'
    const station = kind === 'reassigned' ? COUNTY : answers ? offer?.to : holder
    if (station === undefined) continue
    const to = {
      to: chance.pick(STATIONS.filter((one) => one !== holder)),
    }
    const fact = inStream(write(kind, station, tip, kind === 'offered' || kind === 'reassigned' ? to : {}), home, home)
    if (fold([...facts, fact], REGISTER).tip === fact.hash) facts.push(fact)
  }
  return { facts, home }
}

/** One to three facts of a station, behind whatever it likes, with times of its choice. */
function attack(chance: Chance, facts: readonly FactEntry[], station: StationCode, home: StationCode): FactEntry[] {
  const stream = chance.below(2) === 0 ? home : station
  const all = [...facts]
  for (let count = 1 + chance.below(3); count > 0; count--) {
    const kind = chance.pick(HOSTILE)
    const time = chance.below(2) === 0 ? { time: count } : {}
    const previous = chance.pick(all).hash
    const unknown = { fact: undefined, newer: { kind: 'of-tomorrow', previous } }
    const fields: Readonly<Record<string, string>> =
      kind === 'adopted' ? { fact: chance.pick(all).hash } : { to: chance.pick(STATIONS) }
    const written =
      kind === 'of-tomorrow'
        ? write('noted', station, null, {}, { ...unknown, ...time })
        : write(kind, station, kind === 'opened' ? null : previous, kind === 'opened' ? {} : fields, time)
    all.push(inStream(written, home, stream))
  }
  return all.slice(facts.length)
}

/** Whether a fact answers an offer to its station: those of long ago count as rule C11 says. */
function answersOffer(fact: FactEntry, facts: readonly FactEntry[]): boolean {
  const previous = facts.find(({ hash }) => hash === (fact.fact ?? fact.newer)?.previous)?.fact
  return previous?.kind === 'offered' && previous.fields.to === fact.station
}

const shown = ({ holder, stage, epoch, tip, clocks, number, forks, unread, offer, days }: CaseState) => ({
  ...{ holder, stage, epoch, tip, clocks, number, forks, unread, offer, days },
})

test('C2 C11 C14 whatever one station writes, a case that others hold stays where it is, in any order of arrival', () => {
  const chance = createChance('alone')
  let attacks = 0
  for (let run = 0; run < 800; run++) {
    const { facts, home } = history(chance)
    const before = fold(facts, REGISTER)
    const station = chance.pick(STATIONS.filter((one) => one !== COUNTY && one !== before.holder))
    const hostile = attack(chance, facts, station, home)
    if (before.offer?.to === station || hostile.some((fact) => answersOffer(fact, facts))) continue
    attacks += 1
    const all = [...facts, ...hostile]
    const after = fold(all, REGISTER)
    const words = hostile.map(({ fact, newer, hash }) => `${(fact ?? newer)?.kind} ${hash.slice(-4)}`).join(', ')
    expect(shown(after), `${last(facts).hash.slice(-4)}: ${words}`).toEqual(shown(before))
    const mixed = all.map((fact) => ({ fact, at: chance.below(1_000) })).sort((left, right) => left.at - right.at)
    expect(
      fold(
        mixed.map(({ fact }) => fact),
        REGISTER,
      ),
    ).toEqual(after)
  }
  expect(attacks).toBeGreaterThan(300)
})
