/** The list row of a case: what lists show, filter and order by, as of one day. */
import { isSignable } from '#protocol/casework/acts/second.ts'
import { stationsAside, stationsOf } from '#protocol/casework/acts/stations.ts'
import type { CaseState } from '#protocol/casework/case.ts'
import { type Clock, fiveDayDue } from '#protocol/casework/clocks/clocks.ts'
import { CLOCK_RULES } from '#protocol/casework/course/spans.ts'
import type { FactEntry } from '#protocol/casework/facts/facts.ts'
import { textOf } from '#protocol/casework/facts/values.ts'
import { signingOf } from '#protocol/casework/folding/day-of.ts'
import { isLicence } from '#protocol/casework/item-law.ts'
import type { Register } from '#protocol/casework/register.ts'
import { type Day, dayAt, plusDays } from '#protocol/casework/time/days.ts'
import type { DocumentId, PersonId, StationCode } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { CaseRow } from '../ports/storage.ts'
import { type CaseFile, stateOf } from './case-file.ts'
import { receiptsOf } from './case-receipts.ts'

/** Before everything that was ever signed. */
const NEVER = dayAt(0)
const signedDay = (fact: FactEntry): Day => signingOf(fact).day

/** The row; undefined while `opened` has not arrived. */
export function rowOf(file: CaseFile, register: Register): CaseRow | undefined {
  const state = stateOf(file, register)
  if (!state) return undefined
  return {
    id: file.id,
    number: state.number,
    formerNumbers: state.formerNumbers,
    item: state.item,
    applicant: state.applicant.name,
    idNumber: state.applicant.idNumber,
    phone: state.applicant.phone,
    stage: state.stage,
    home: state.home,
    holder: state.holder,
    ...offerOf(state),
    epoch: state.epoch,
    openedAt: state.times.opened ?? 0,
    changedAt: state.story.reduce((latest, { kind, at }) => (kind === 'deemed' ? latest : Math.max(latest, at)), 0),
    signedOn: file.facts.reduce((latest, fact) => (signedDay(fact) > latest ? signedDay(fact) : latest), NEVER),
    arrival: file.arrival,
    aside: state.asideOpen + receiptsOf(file).length,
    forked: state.forks.length > 0,
    ...othersOf(state, register),
    ...(state.unread.length > 0 ? { unread: true } : {}),
    assignee: state.assignee,
    master: state.master as DocumentId | '',
    kinds: state.kinds,
    receivedOn: state.days.received ?? null,
    // 视为受理 counts from the receipt, whenever the notice was printed; 补正齐全 is an acceptance as well.
    acceptedOn: state.days.deemed ?? state.days.accepted ?? state.days.supplemented ?? null,
    ...courseOfTime(state, register),
  }
}

/** Who is to sign for it; at a fork nobody is asked to, though the offer is the last thing that took effect. */
const offerOf = ({ offer, forks }: CaseState): Pick<CaseRow, 'offeredTo' | 'offeredAt'> =>
  offer === null || forks.length > 0
    ? { offeredTo: null, offeredAt: null }
    : { offeredTo: offer.to, offeredAt: offer.time }

/** Stations that have to do with it and stand nowhere else in the row, and people who are asked to sign; of very many so many as people can tell apart. */
function othersOf(state: CaseState, register: Register): Pick<CaseRow, 'besides' | 'asideOf' | 'asks'> {
  const named: readonly (StationCode | null)[] = [state.home, state.holder, offerOf(state).offeredTo]
  const besides = [...stationsOf(state)].filter((station) => !named.includes(station)).slice(0, LIMITS.rowStations)
  const asideOf = [...stationsAside(state)].slice(0, LIMITS.rowStations)
  const asked = state.story
    .filter((line) => isSignable(state, register, line))
    .map(({ fields }) => textOf(fields.proposedTo) as PersonId)
  const asks = [...new Set(asked)].slice(0, LIMITS.rowStations)
  return {
    ...(besides.length > 0 ? { besides } : {}),
    ...(asideOf.length > 0 ? { asideOf } : {}),
    ...(asks.length > 0 ? { asks } : {}),
  }
}

/** What the clocks say of the whole case. */
function courseOfTime(
  state: CaseState,
  register: Register,
): Pick<CaseRow, 'due' | 'dueClock' | 'exceeded' | 'paused' | 'wake'> {
  const first = firstDue(state.clocks, register.today)
  const exceeded =
    state.late.length > 0 || state.clocks.some(({ id, exceeded: isOver }) => isOver && CLOCK_RULES[id].isOffices)
  return {
    due: first?.due ?? null,
    dueClock: first?.id ?? '',
    exceeded,
    paused: state.pauses.some(({ until }) => until === null),
    wake: nextWake(state, exceeded ? null : nextDue(state.clocks, register.today), register),
  }
}

const isDated = (clock: Clock): clock is Clock & { readonly due: Day } =>
  clock.state === 'running' && clock.due !== null

/** The running clock that ends first: what others are late with hides no day that the office has to keep. */
function firstDue(clocks: readonly Clock[], today: Day): Clock | undefined {
  const dated = clocks
    .filter(isDated)
    .toSorted((one, other) => (one.due < other.due ? -1 : one.due > other.due ? 1 : 0))
  return dated.find(({ id, due }) => CLOCK_RULES[id].isOffices || due >= today) ?? dated[0]
}

/** The next of the office's last days that is still to pass. */
const nextDue = (clocks: readonly Clock[], today: Day): Day | null =>
  clocks
    .flatMap((clock) => (isDated(clock) && CLOCK_RULES[clock.id].isOffices && clock.due >= today ? [clock.due] : []))
    .sort()[0] ?? null

/** The day after a last day, when something is exceeded or deemed; days that are over change nothing more. */
function nextWake(state: CaseState, due: Day | null, register: Register): Day | null {
  const item = register.edition(state.item, state.itemVersion)
  const deeming = state.stage === '20' && isLicence(item) ? fiveDayDue(state, register) : undefined
  const days = [due, deeming ?? null].flatMap((last) => (last === null ? [] : [plusDays(last, 1)]))
  return days.filter((day) => day > register.today).sort()[0] ?? null
}
