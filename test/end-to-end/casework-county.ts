/** The county in which cases of every kind are handled: a hall, an attached hall, two townships and a village. */
import { SAMPLE_PASSWORD } from '#hub/samples/sample.ts'
import type { CaseState } from '#protocol/casework/case.ts'
import type { FactKind } from '#protocol/casework/facts/facts.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import type { CaseView } from '#protocol/engine/office.ts'
import { startClock } from '#test/clock/wall-clock.ts'
import { signIn } from '#test/programs/calls.ts'
import { untilTrue } from '#test/programs/process.ts'
import { administratorAt } from './administrator.ts'
import { type Api, apiAt, Refused } from './api.ts'
import { sharedContent } from './comparing.ts'
import { COUNTY_HALL, enrol, openCounty, type Place, TOWNSHIP, VILLAGES } from './county.ts'
import { createMachine, type Machine } from './machine.ts'

/** A Monday with the working Sunday and the eight days off of the National Day of 2026 ahead. */
const FIRST_DAY = '2026-09-14' as Day
export const HALL = COUNTY_HALL
export const ANCHANG = TOWNSHIP
export const HONGYAN = VILLAGES.hongyan
export const HUAGAI = '510724101'
/** A hall of its own for land and buildings, which the sample data do not have. */
export const LAND = '510724801'

/** Where people of a machine sign in. */
const PEOPLE = {
  hub: ['admin', 'clerk', 'handler', 'examiner', 'chief', 'cashier'],
  anchang: ['anchang.clerk', 'anchang.handler'],
  huagai: ['huagai.clerk', 'huagai.handler'],
  land: ['land.handler'],
  hongyan: ['hongyan'],
} as const
export type PlaceName = keyof typeof PEOPLE
export type PersonName = (typeof PEOPLE)[PlaceName][number]

const created = { status: 303 }

/** The administrator sets up the attached hall and its person on the hub's pages. */
async function addLandHall(hub: Machine): Promise<void> {
  const administrator = await signIn(hub.address, 'admin', SAMPLE_PASSWORD)
  const post = async (page: string, values: Record<string, string>) => {
    const { status, text } = await administrator.post(page, page, values)
    if (status !== created.status) throw new Error(`${page}: ${status} ${text}`)
  }
  await post('/hub/stations', { id: LAND, name: '安县不动产分厅', tier: 'county', parent: HALL })
  const person = { id: 'land.handler', name: '何登记', station: LAND, roles: 'handler', password: SAMPLE_PASSWORD }
  await post('/hub/people', person)
}

export type County = Awaited<ReturnType<typeof openCaseworkCounty>>

/** Sets the county up; everything runs and is connected afterwards. */
export async function openCaseworkCounty(folder: string) {
  const clock = startClock(FIRST_DAY)
  const { hub, township, villages } = await openCounty(folder, ['hongyan'], clock)
  await addLandHall(hub.machine)
  const administrator = await administratorAt(hub.machine)
  const join = async (name: string, station: string, person: string): Promise<Place> => {
    const machine = await createMachine('edge-node', folder, name, { clock })
    return { machine, api: await enrol(administrator, hub, machine, { station, person }) }
  }
  const huagai = await join('huagai', HUAGAI, 'huagai.clerk')
  const land = await join('land', LAND, 'land.handler')
  const machines: Readonly<Record<PlaceName, Machine>> = {
    hub: hub.machine,
    anchang: township.machine,
    huagai: huagai.machine,
    land: land.machine,
    hongyan: villages.hongyan.machine,
  }
  const names = Object.keys(PEOPLE) as PlaceName[]
  const people = Object.fromEntries(
    names.flatMap((name) => PEOPLE[name].map((person) => [person, apiAt(machines[name], person)])),
  ) as Record<PersonName, Api>
  return {
    clock,
    machines,
    people,
    /** What happens while a machine is switched off; it is on again afterwards, however that went. */
    async without(name: PlaceName, work: () => Promise<void>) {
      const machine = machines[name]
      const code = await machine.stop()
      if (code !== 0) throw new Error(`${name} ended with ${code}`)
      try {
        await work()
      } finally {
        await machine.start()
      }
    },
    /** Everybody switches off, so many days pass, and everybody switches on again. */
    async after(days: number) {
      const running = Object.values(machines).filter((machine) => machine.isRunning())
      await Promise.all(running.map((machine) => machine.stop()))
      clock.forward(days)
      await Promise.all(running.map((machine) => machine.start()))
      // A county that was off for so long tells nobody the time before somebody there has looked at a calendar.
      const chief = await signIn(hub.machine.address, 'chief', SAMPLE_PASSWORD)
      const [day, time] = [clock.today(), clock.time()]
      const said = { day, time, sure: 'yes', asked: `${day} ${time}` }
      const { status, text } = await chief.post('/sync', '/sync/day#day', said)
      if (status !== created.status) throw new Error(`the day: ${status} ${text}`)
    },
  }
}

/** The case at a node, once it has come and is as wanted. */
export const untilCase = (api: Api, id: string, check: (state: CaseState) => void): Promise<CaseView> =>
  untilTrue(async () => {
    const view = await api.view(id)
    check(view.state)
    return view
  }, 200)

/** Waits until nodes show the same of a case, and returns what they show. */
export async function untilEqual(
  apis: readonly Api[],
  id: string,
  check: (state: CaseState) => void,
): Promise<CaseView> {
  const [first, ...others] = apis
  if (!first) throw new Error('no node to ask')
  return untilTrue(async () => {
    const view = await first.view(id)
    check(view.state)
    for (const api of others) {
      const there = sharedContent(await api.view(id))
      if (there !== sharedContent(view)) throw new Error(`different:\n${sharedContent(view)}\n${there}`)
    }
    return view
  }, 200)
}

/** Waits until a node has noticed that its parent is there, or gone: some acts may not be done alone. */
export const untilConnected = (api: Api, wanted = true) =>
  untilTrue(async () => {
    const { parent } = await api.sync()
    if (parent?.connected !== wanted) throw new Error(wanted ? 'not connected' : 'still connected')
  }, 200)

/** Writes an act that must be refused; the refusal's code and words. */
export async function refusal(api: Api, id: string, kind: FactKind, fields: object) {
  try {
    await api.act(id, kind, fields)
  } catch (error) {
    if (error instanceof Refused) return { status: error.answer.status, ...error.answer.body }
    throw error
  }
  throw new Error(`${kind} was not refused`)
}
