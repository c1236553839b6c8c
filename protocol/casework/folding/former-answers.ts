/**
 * What facts rest on that releases up to 0.2 wrote: to those an answer was one to every question of its kind, also to a
 * later one. Whoever acts now is asked for the answer to the present question (rule C150); what was written stands, because
 * cases were decided and closed on it (DECISIONS.md 100).
 */
import type { EntryHash, StationCode } from '#protocol/ids.ts'
import type { Course } from '../course/course.ts'
import type { GuardedKind } from '../facts/facts.ts'
import type { Answers } from './answers.ts'
import type { Judged } from './gather.ts'

type ByHash = ReadonlyMap<EntryHash, Judged>
type Formerly = (course: Course, answers: Answers, byHash: ByHash) => Partial<Course>

/** Who is absent by the minutes of each station: looked for once, because strangers may write many of both. */
const absentees = new WeakMap<Answers, ReadonlyMap<StationCode, ReadonlySet<string>>>()

function absentOf(answers: Answers): ReadonlyMap<StationCode, ReadonlySet<string>> {
  const known = absentees.get(answers)
  if (known) return known
  const found = new Map<StationCode, Set<string>>()
  for (const { entry, departments } of answers.absences) {
    const absent = found.get(entry.station) ?? new Set()
    found.set(entry.station, absent)
    for (const department of departments) absent.add(department)
  }
  absentees.set(answers, found)
  return found
}

/** What was found of a list once: many facts may ask for it at one place, most of them by strangers. */
function once<Key extends object, Found>(find: (key: Key, answers: Answers, byHash: ByHash) => Found) {
  const found = new WeakMap<Key, Found>()
  return (key: Key, answers: Answers, byHash: ByHash): Found => {
    const known = found.get(key) ?? find(key, answers, byHash)
    found.set(key, known)
    return known
  }
}

/** Whether any minutes of the station that asked name the department. */
const formerInvitations = once((invitations: Course['invitations'], answers, byHash) =>
  invitations.map((one) => {
    const asked = byHash.get(one.fact)?.entry.station
    return { ...one, absent: asked !== undefined && absentOf(answers).get(asked)?.has(one.department) === true }
  }),
)
const anyAbsence: Formerly = ({ invitations }, answers, byHash) => ({
  invitations: formerInvitations(invitations, answers, byHash),
})

const formerSupplies = once((supplies: Answers['supplies']) => supplies.map(({ supply }) => supply))

const FORMERLY: Readonly<Partial<Record<GuardedKind, Formerly>>> = {
  supplemented: (_course, answers, byHash) => ({ supplies: formerSupplies(answers.supplies, answers, byHash) }),
  lapsed: (_course, { contacts }) => ({ contacts: contacts.length }),
  decided: anyAbsence,
  concluded: anyAbsence,
  archived: ({ report }, { relays }) => (report && { report: { ...report, relayed: relays[0]?.day ?? null } }) ?? {},
}

/** A case as the conditions of a stored fact of a kind may take it. */
export function asFormerlyAnswered(kind: GuardedKind, course: Course, answers: Answers, byHash: ByHash): Course {
  const formerly = FORMERLY[kind]
  return formerly === undefined ? course : { ...course, ...formerly(course, answers, byHash) }
}
