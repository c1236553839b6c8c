/** The directory as the desk and the engine read it; always in memory. */
import type {
  Absence,
  CalendarYear,
  Consultation,
  Department,
  Handover,
  Letter,
  LocalRules,
  NodeRecord,
  Person,
  Region,
  Staff,
  Station,
  WindowRecord,
} from '#protocol/casework/directory.ts'
import type { Item } from '#protocol/casework/item.ts'
import type { WorkCalendar } from '#protocol/casework/time/calendar.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import type { NodeId, PersonId, StationCode } from '#protocol/ids.ts'

export interface DirectoryView {
  station(id: StationCode): Station | undefined
  stations(): readonly Station[]
  /** The newest edition of an item. */
  item(id: string): Item | undefined
  /** The newest edition of every item. */
  items(): readonly Item[]
  edition(item: string, edition: number): Item | undefined
  /** All editions of an item, the oldest first. */
  editions(item: string): readonly Item[]
  /** The edition under which cases may be opened on a day; undefined when the item is not, or no longer, in force. */
  openable(item: string, day: Day): Item | undefined
  person(id: PersonId): Person | undefined
  people(): readonly Person[]
  /** The public record of a person, of whatever station; undefined when none is published. */
  staff(id: PersonId): Staff | undefined
  /** The public records of all people. */
  staffs(): readonly Staff[]
  /** The name of a person, of whatever station; the id where nobody has published it. */
  personName(id: string): string
  node(id: NodeId): NodeRecord | undefined
  nodes(): readonly NodeRecord[]
  department(id: string): Department | undefined
  departments(): readonly Department[]
  windows(): readonly WindowRecord[]
  letters(): readonly Letter[]
  calendars(): readonly CalendarYear[]
  /** The published calendars as one. */
  calendar(): WorkCalendar
  rules(): LocalRules
  regions(): readonly Region[]
  /** The rules level that the county has enabled. */
  level(): number
  absences(): readonly Absence[]
  consultations(): readonly Consultation[]
  handovers(): readonly Handover[]
}
