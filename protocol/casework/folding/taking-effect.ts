/** What a fact that takes effect does to a case: stage and clocks by its transition, the rest by its kind. */
import type { ClockId } from '../course/spans.ts'
import { documentOfFact } from '../facts/facts.ts'
import type { ClockEffect, Transition } from '../rules/transition.ts'
import type { Day } from '../time/days.ts'
import type { Answers } from './answers.ts'
import { CHANGES } from './changes.ts'
import { writtenAt } from './day-of.ts'
import { type EffectiveFact, endClock, type Progress } from './progress.ts'
import { sealsAfter } from './standing.ts'

/** Starts, stops and pauses clocks as the table says, at the stage before. A clock that is started again begins anew. */
function moveClocks(progress: Progress, effect: ClockEffect | undefined, day: Day, written: Day): void {
  if (effect === undefined) return
  const { spans } = progress
  const start = (id: ClockId) => {
    endClock(progress, id, day, written)
    spans[id] = { start: day, stop: null }
  }
  for (const id of effect.stop ?? []) endClock(progress, id, day, written)
  for (const id of effect.start ?? []) start(id)
  for (const id of effect.begin ?? []) if (spans[id]?.stop !== null) start(id)
}

/**
 * 补正后受理日 (SOURCES.md section 0 no. 4): the day on which windows of the agency had everything that was asked for,
 * not the day on which somebody wrote it down; the fact's own day when something came with it.
 */
function dayAllIn({ notice, supplies }: Progress, { day, item }: EffectiveFact): Day {
  if (notice === null || item === undefined) return day
  let all = notice.day
  for (const line of notice.missing) {
    const brought = supplies.find(
      ({ items, tier }) => tier !== undefined && item.receivingTiers.includes(tier) && items.includes(line),
    )
    if (brought === undefined) return day
    if (brought.day > all) all = brought.day
  }
  return all < day ? all : day
}

function moveStage(progress: Progress, { to }: Transition): void {
  const before = progress.stage
  const next = to === 'back' ? (progress.suspendedAt ?? before) : (to ?? before)
  // What happens during a special procedure (a note, another handler) stays in it and does not move where it began.
  if (next === '45' && before !== '45') progress.suspendedAt = before
  progress.stage = next
}

/** Lets a fact take effect. For an adoption, the entry is the adopter's: it counts as written now. */
export function takeEffect(progress: Progress, effect: EffectiveFact, transition: Transition, answers: Answers): void {
  const { entry, kind, fields } = effect
  const day = kind === 'supplemented' ? dayAllIn(progress, effect) : effect.day
  const { written } = effect
  moveClocks(progress, transition.clock, day, written)
  if (written > progress.writtenOn) progress.writtenOn = written
  moveStage(progress, transition)
  CHANGES[kind](progress, effect, answers)
  progress.seals = sealsAfter(progress.seals, entry.hash, fields)
  progress.days[kind] ??= day
  progress.times[kind] ??= writtenAt(entry)
  progress.lastDay = day
  const code = documentOfFact(kind)
  if (code !== undefined) {
    progress.papers = [...progress.papers, { code, number: effect.document, fact: entry.hash, day }]
  }
}
