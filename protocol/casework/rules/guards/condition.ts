/** The shape of a further condition of a transition: a check, and the words in which it is told. */
import type { PersonId, StationCode } from '#protocol/ids.ts'
import type { Course } from '../../course/course.ts'
import type { FieldValue } from '../../facts/facts.ts'
import type { Item } from '../../item.ts'
import type { Register } from '../../register.ts'
import type { Day } from '../../time/days.ts'

/** What a condition may look at. */
export interface Trial {
  readonly course: Course
  readonly fields: Readonly<Record<string, FieldValue>>
  readonly person: PersonId | ''
  readonly station: StationCode
  /** The day for which the fact counts. */
  readonly day: Day
  /** The edition under which the case was received; undefined while its record is not here. */
  readonly item: Item | undefined
  readonly register: Register
}

export interface Condition {
  /** Whether the fact may take effect. Without anything typed yet only what the case itself says is judged. */
  readonly holds: (trial: Trial) => boolean
  /** True when it depends on what is typed: then it is judged only once there are fields. */
  readonly typed?: true
  /** What forbids it. */
  readonly text: string
  /** What is possible instead. */
  readonly next: string
  readonly source: string
}
