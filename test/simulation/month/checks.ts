/** What must hold at the end of the month: every case legal, every deadline explained by an independent count. */
import type { CaseState } from '#protocol/casework/case.ts'
import type { Clock } from '#protocol/casework/clocks/clocks.ts'
import { STAGES } from '#protocol/casework/course/stages.ts'
import { type Day, dayAt, dayNumber } from '#protocol/casework/time/days.ts'
import type { World } from '../world.ts'
import { rootOf } from '../world.ts'
import { actorAt, type Errand, isDone } from './staff.ts'

/** Days off and make-up days of autumn 2026, written down once more by hand (国办通知 2025-11-04). */
const OFF = /^2026-(09-2[567]|10-0[1-7])$/
const WORKED = new Set(['2026-09-20', '2026-10-10'])

function isWorked(day: Day): boolean {
  if (WORKED.has(day)) return true
  const weekday = (dayNumber(day) + 4) % 7
  return !OFF.test(day) && weekday !== 0 && weekday !== 6
}

const isPaused = (state: CaseState, day: Day): boolean =>
  state.pauses.some(({ from, until }) => from < day && (until === null || day <= until))

const PAUSABLE: readonly string[] = ['T2p', 'T2s', 'T3', 'T4']

/** Whether an upper level had the case: from the day of a report to that of its reply, by the story alone. */
function isAway({ story }: CaseState, day: Day): boolean {
  let since: Day | null = null
  for (const { kind, day: on, epoch } of story) {
    if (epoch === null) continue
    if (kind === 'reported') since = on
    else if (kind === 'replied' && since !== null) {
      if (since < day && day <= on) return true
      since = null
    }
  }
  return since !== null && since < day
}

const DECIDING: readonly string[] = ['T2p', 'T2s']

/** Whether a day does not count for a clock. `isAbove`: the law lets an upper level decide. */
const standsStill = (state: CaseState, { id }: Clock, isAbove: boolean, day: Day): boolean =>
  (PAUSABLE.includes(id) && isPaused(state, day)) || (isAbove && DECIDING.includes(id) && isAway(state, day))

/** The last day by walking one day after the other; undefined while a pause is open. */
function walkTo(state: CaseState, clock: Clock, isAbove: boolean): Day | undefined {
  let day = clock.start
  for (let left = clock.limit, steps = 0; left > 0; steps++) {
    if (steps > 400) return undefined
    day = dayAt(dayNumber(day) + 1)
    if ((clock.unit === 'calendar' || isWorked(day)) && !standsStill(state, clock, isAbove, day)) left -= 1
  }
  if (clock.unit === 'calendar') while (!isWorked(day)) day = dayAt(dayNumber(day) + 1)
  return day
}

/** Looks at every case at the county. */
export async function checkMonth(world: World, errands: readonly Errand[]) {
  const office = rootOf(world).running?.engine.office
  const stages: Record<string, number> = {}
  let deadlines = 0
  for (const errand of errands) {
    const { script } = errand
    if (errand.id === undefined || office === undefined) continue
    const viewed = await office.view(actorAt(world, rootOf(world).station, 'a'), errand.id)
    if (!viewed.ok) {
      world.violation('M32', `the county cannot show a case “${script.name}”: ${viewed.problem.code}`)
      continue
    }
    const { state, item } = viewed.value
    const title = STAGES[state.stage]
    if (title === undefined) world.violation('M30', `${script.name} stands at ${state.stage}`)
    stages[state.stage] = (stages[state.stage] ?? 0) + 1
    if (isDone(errand) && state.stage !== script.end) {
      const aside = state.story
        .filter((line) => line.aside !== null)
        .map((line) => `${line.kind} ${line.aside?.reason}`)
      world.violation('M30', `${script.name} ended at ${state.stage} ${aside.join(', ')}`)
    }
    for (const clock of state.clocks) {
      if (clock.due === null) continue
      deadlines += 1
      const walked = walkTo(state, clock, ['1', '2', '3'].includes(item?.level ?? ''))
      if (walked !== clock.due) {
        world.violation('M31', `${script.name} ${clock.id} is due ${clock.due}, counted by hand ${walked}`)
      }
    }
  }
  return { stages, deadlines }
}
