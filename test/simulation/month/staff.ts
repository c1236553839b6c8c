/** The people of the month: each case is somebody's next thing to do, at the place where it lies. */
import type { Role } from '#protocol/casework/directory.ts'
import type { FactKind, FieldValue } from '#protocol/casework/facts/facts.ts'
import type { Actor } from '#protocol/engine/office.ts'
import type { DocumentId, PersonId, StationCode } from '#protocol/ids.ts'
import type { Tier } from '#protocol/tiers.ts'
import { FIELDS } from '#test/casework/people.ts'
import { markFor } from '../actors.ts'
import type { Chance } from '../chance.ts'
import type { Machine, World } from '../world.ts'
import { HALL, ITEMS } from './county.ts'
import { type Place, SCRIPTS, type Script, type Step } from './scripts.ts'

const ROLES: Readonly<Record<Tier, readonly Role[]>> = {
  village: ['agent'],
  township: ['clerk', 'handler', 'chief', 'cashier'],
  county: ['clerk', 'handler', 'chief', 'cashier', 'coordinator'],
}

/** A case as its people remember it. */
export interface Errand {
  readonly script: Script
  readonly places: Readonly<Record<Place, StationCode>>
  /** Working day of the month on which the applicant comes. */
  readonly day: number
  id: DocumentId | undefined
  /** The next step; behind the last one it is done. */
  step: number
  /** Working day on which the last step was done. */
  since: number
  /** Why the last try did not work, for whoever reads a stuck case. */
  stuck: string
}

/** Cases of the month, in the shares of the scripts, over its first working days. */
export function createErrands(world: World, chance: Chance, count: number, lastDay: number): Errand[] {
  const towns = world.stations.filter(({ tier }) => tier === 'township')
  const villages = world.stations.filter(({ tier }) => tier === 'village')
  const lots = SCRIPTS.flatMap((script) => Array<Script>(script.share).fill(script))
  return Array.from({ length: count }, (_, index) => {
    // Thirty-seven and a hundred have no common divisor: a few cases already are of many kinds.
    const script = lots[(index * 37) % lots.length] as Script
    const home = chance.pick(villages)
    const town = home.parent as StationCode
    const others = towns.filter(({ id }) => id !== town)
    const other = chance.pick(others).id
    const co = [0, 1, 2].map((place) => (others[(index + place) % others.length] as (typeof others)[number]).id)
    return {
      script,
      places: { home: home.id, town, hall: HALL, other, co1: co[0], co2: co[1], co3: co[2] } as Errand['places'],
      day: chance.between(1, lastDay),
      id: undefined,
      step: 0,
      since: 0,
      stuck: '',
    }
  })
}

export function actorAt(world: World, station: StationCode, person: string): Actor {
  const tier = world.stations.find(({ id }) => id === station)?.tier ?? 'village'
  return { person: `${station}.${person}` as PersonId, name: person, station, roles: ROLES[tier] }
}

const stationOf = (errand: Errand, place: Place): StationCode => errand.places[place]

/** The machine where the next thing is to be done; undefined when nothing is left. */
export function placeOf(errand: Errand): StationCode | undefined {
  if (errand.id === undefined) return stationOf(errand, errand.script.opened)
  const step = errand.script.steps[errand.step]
  return step && stationOf(errand, step.at)
}

/** Whether the waiting before the next step is over. */
export const isRipe = (errand: Errand, day: number): boolean =>
  errand.id === undefined ? day >= errand.day : day >= errand.since + (errand.script.steps[errand.step]?.wait ?? 0)

async function open(world: World, machine: Machine, errand: Errand, day: number): Promise<void> {
  const { running } = machine
  if (!running) return
  const actor = actorAt(world, machine.station, 'a')
  const opened = await running.engine.office.openCase(actor, ITEMS[errand.script.item].id)
  if (!opened.ok) {
    errand.stuck = opened.problem.message
    return
  }
  errand.id = opened.value.id
  errand.since = day
}

function fieldsOf(kind: FactKind, given: Readonly<Record<string, FieldValue>>): Record<string, FieldValue> {
  const fields: Record<string, FieldValue> = { ...FIELDS[kind], ...given }
  delete fields.itemVersion // the office fills in the edition in force
  if (fields.seals !== undefined) delete fields.seals // the office seals what it holds
  return fields
}

async function perform(world: World, machine: Machine, errand: Errand, step: Step): Promise<boolean> {
  const office = machine.running?.engine.office
  if (!office || errand.id === undefined) return false
  const actor = actorAt(world, machine.station, step.person ?? 'a')
  const viewed = await office.view(actor, errand.id)
  if (!viewed.ok) {
    errand.stuck = `${step.kind} at ${step.at}: ${viewed.problem.code}`
    return false
  }
  const given = step.fields?.(viewed.value, (place) => stationOf(errand, place)) ?? {}
  const fields = fieldsOf(step.kind, given)
  const seen = markFor(viewed.value, step.kind, fields)
  const acted = await office.act(actor, errand.id, step.kind, fields, undefined, seen)
  if (!acted.ok) errand.stuck = `${step.kind} at ${step.at}: ${acted.problem.message}`
  return acted.ok
}

/** Does what can be done for a case at a machine now: several steps when nothing has to be waited for. */
export async function work(world: World, machine: Machine, errand: Errand, day: number): Promise<void> {
  if (errand.id === undefined) await open(world, machine, errand, day)
  while (errand.id !== undefined && placeOf(errand) === machine.station && isRipe(errand, day)) {
    const step = errand.script.steps[errand.step]
    if (step === undefined || !(await perform(world, machine, errand, step))) return
    errand.step += 1
    errand.since = day
  }
}

export const isDone = ({ script, step, id }: Errand): boolean => id !== undefined && step >= script.steps.length
