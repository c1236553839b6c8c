/** Records of the directory in the API: those the county publishes and those a station keeps itself. */
import { z } from '@hono/zod-openapi'
import { POWERS, WINDOW_KINDS } from '#protocol/casework/codes.ts'
import { ROLES, type Role, TIERS } from '#protocol/casework/directory.ts'
import { coded, day, list, milliseconds, personId, stationCode } from './identifiers.ts'

const version = z.int().openapi({ description: '目录记录的版本' })

export const Station = z
  .object({
    type: z.literal('station'),
    id: stationCode,
    version,
    name: z.string(),
    tier: z.enum(TIERS),
    parent: stationCode.nullable(),
  })
  .openapi('Station')

export const StationsShape = z
  .object({
    stations: list(Station),
    served: list(stationCode).openapi({ description: '本机服务的站点' }),
  })
  .openapi('Stations')

export const Department = z
  .object({
    type: z.literal('department'),
    id: z.string(),
    version,
    name: z.string(),
    shortName: z.string(),
    creditCode: z.string().openapi({ description: '统一社会信用代码' }),
    formerNames: list(z.object({ name: z.string(), until: day })),
    successor: z.string().nullable(),
    phone: z.string(),
    inPlace: z
      .object({
        office: z.boolean(),
        hall: z.boolean(),
        items: z.boolean(),
        authority: z.boolean(),
        people: z.boolean(),
      })
      .openapi({ description: '两集中三到位' }),
    sample: z.boolean(),
  })
  .openapi('Department')
export const DepartmentsShape = z.object({ departments: list(Department) }).openapi('Departments')

export const Window = z
  .object({
    type: z.literal('window'),
    id: z.string(),
    version,
    name: z.string(),
    station: stationCode,
    kind: coded(WINDOW_KINDS, '窗口类型'),
    departments: list(z.string()),
    staff: list(z.object({ lead: personId, substitute: personId.nullable() })).openapi({ description: 'A 岗和 B 岗' }),
    sample: z.boolean(),
  })
  .openapi('Window')
export const WindowsShape = z.object({ windows: list(Window) }).openapi('Windows')

export const Letter = z
  .object({
    type: z.literal('letter'),
    id: z.string().openapi({ description: '文号' }),
    version,
    department: z.string(),
    station: stationCode,
    person: personId.nullable().openapi({ description: '首席代表;空为该站点人人可用' }),
    items: list(z.string()).nullable().openapi({ description: '事项代码;空为该部门全部事项' }),
    powers: list(coded(POWERS)),
    from: day,
    until: day,
    revoked: z.object({ from: day, reason: z.string() }).nullable(),
  })
  .openapi('Letter')
export const LettersShape = z.object({ letters: list(Letter) }).openapi('Letters')

export const CalendarYear = z
  .object({
    type: z.literal('calendar'),
    id: z.string().openapi({ description: '2026,本地增加的为 2026.local' }),
    version,
    year: z.int(),
    source: z.string(),
    off: list(z.string()).openapi({ description: '周六周日以外的放假日,单日或 起/止' }),
    work: list(day).openapi({ description: '上班的周六周日' }),
    sample: z.boolean(),
  })
  .openapi('CalendarYear')

export const Coverage = z.object({ from: day, until: day }).openapi('Coverage', { description: '工作日历的起止' })
export const CalendarsShape = z
  .object({ calendars: list(CalendarYear), coverage: Coverage.nullable() })
  .openapi('Calendars')

export const RulesShape = z
  .object({
    type: z.literal('rules'),
    id: z.literal('local'),
    version,
    silenceAgrees: z.boolean().openapi({ description: '超时默许' }),
    absenceAgrees: z.boolean().openapi({ description: '缺席默认' }),
    handInDays: z.int().openapi({ description: '村级报送的工作日数' }),
    signDays: z.int().openapi({ description: '移交签收的工作日数' }),
    relayDays: z.int().openapi({ description: '上级批复后告知申请人的工作日数' }),
    disclosure: z.enum(['seven', 'eight']).openapi({ description: '七公开、八公开' }),
  })
  .openapi('LocalRules')

export const Region = z
  .object({
    type: z.literal('region'),
    id: z.string(),
    version,
    name: z.string(),
    from: day,
    until: day.nullable(),
    successor: z.string().nullable(),
  })
  .openapi('Region')
export const RegionsShape = z.object({ regions: list(Region) }).openapi('Regions')

export const AbsenceShape = z
  .object({
    type: z.literal('absence'),
    id: z.string(),
    version,
    station: stationCode,
    person: personId,
    from: day,
    until: day,
    reason: z.string(),
    where: z.string(),
    substitute: personId.nullable().openapi({ description: 'B 岗' }),
    ended: z.boolean(),
  })
  .openapi('Absence')
export const AbsencesShape = z.object({ absences: list(AbsenceShape) }).openapi('Absences')

export const ConsultationShape = z
  .object({
    type: z.literal('consultation'),
    id: z.string(),
    version,
    station: stationCode,
    first: personId.openapi({ description: '首问责任人' }),
    person: personId.openapi({ description: '现在负责的人' }),
    asked: milliseconds,
    asker: z.string(),
    phone: z.string(),
    matter: z.string(),
    offeredTo: personId.nullable().openapi({ description: '转给同事、还没有接' }),
    answer: z.string(),
    answered: milliseconds.nullable(),
  })
  .openapi('Consultation')
export const ConsultationsShape = z.object({ consultations: list(ConsultationShape) }).openapi('Consultations')

export const HandoverShape = z
  .object({
    type: z.literal('handover'),
    id: z.string(),
    version,
    station: stationCode,
    from: personId,
    to: personId,
    time: milliseconds,
    reason: z.string(),
    cases: list(z.string()).openapi({ description: '交接的办件编号' }),
    taken: milliseconds.nullable(),
  })
  .openapi('Handover')
export const HandoversShape = z.object({ handovers: list(HandoverShape) }).openapi('Handovers')

export const SignInShape = z
  .object({
    token: z.string().openapi({ description: '放在 Authorization: Bearer 里' }),
    idleMinutes: z.int().openapi({ description: '多少分钟没有请求就结束' }),
    person: z.object({
      id: personId,
      name: z.string(),
      station: stationCode,
      roles: list(coded<Role>(ROLES)),
    }),
  })
  .openapi('SignIn')

export const DoneShape = z.object({ done: z.literal(true) }).openapi('Done')
