/** Records of the directory in the API: those the county publishes and those a station keeps itself. */
import { z } from '@hono/zod-openapi'
import { WINDOW_KINDS } from '#protocol/casework/codes.ts'
import { RECORD_SHAPES } from '#protocol/engine/directory/record-shapes.ts'
import { day, list, personId, role, stationCode, titlesIn } from './identifiers.ts'

/** A record in the document: the door's own shape under a name, with words for its fields. */
const record = <Fields extends z.ZodRawShape>(
  name: string,
  { shape }: z.ZodObject<Fields>,
  words: { readonly [Field in keyof Fields]?: string } = {},
): z.ZodObject<Fields> => {
  const told = Object.entries<string | undefined>({ version: '目录记录的版本', ...words })
  const described = told.map(([field, description]) => [field, (shape[field] as z.ZodType).openapi({ description })])
  return z.object({ ...shape, ...Object.fromEntries(described) }).openapi(name)
}

export const StationShape = record('Station', RECORD_SHAPES.station)
export const StationsShape = z
  .object({
    stations: list(StationShape),
    served: list(stationCode).openapi({ description: '本机服务的站点' }),
  })
  .openapi('Stations')

export const DepartmentShape = record('Department', RECORD_SHAPES.department, {
  creditCode: '统一社会信用代码',
  inPlace: '两集中三到位',
  reviewBody: '行政复议机关,与全县相同的省略',
  court: '受理行政诉讼的法院,与全县相同的省略',
})
export const DepartmentsShape = z.object({ departments: list(DepartmentShape) }).openapi('Departments')

export const WindowShape = record('Window', RECORD_SHAPES.window, {
  kind: `窗口类型:${titlesIn(WINDOW_KINDS)}`,
  staff: 'A 岗和 B 岗',
})
export const WindowsShape = z.object({ windows: list(WindowShape) }).openapi('Windows')

export const LetterShape = record('Letter', RECORD_SHAPES.letter, {
  id: '文号',
  person: '首席代表;空为该站点人人可用',
  items: '事项代码;空为该部门全部事项',
})
export const LettersShape = z.object({ letters: list(LetterShape) }).openapi('Letters')

export const CalendarYearShape = record('CalendarYear', RECORD_SHAPES.calendar, {
  id: '2026,本地增加的为 2026.local',
  off: '周六周日以外的放假日,单日或 起/止',
  work: '上班的周六周日',
})
export const CoverageShape = z.object({ from: day, until: day }).openapi('Coverage', { description: '工作日历的起止' })
export const CalendarsShape = z
  .object({ calendars: list(CalendarYearShape), coverage: CoverageShape.nullable() })
  .openapi('Calendars')

export const RulesShape = record('LocalRules', RECORD_SHAPES.rules, {
  silenceAgrees: '超时默许',
  absenceAgrees: '缺席默认',
  handInDays: '村级报送的工作日数',
  signDays: '移交签收的工作日数',
  relayDays: '上级批复后告知申请人的工作日数',
  disclosure: '七公开、八公开',
  reviewBody: '行政复议机关,写入不予文书的救济途径',
  court: '受理行政诉讼的法院',
})

export const RegionShape = record('Region', RECORD_SHAPES.region)
export const RegionsShape = z.object({ regions: list(RegionShape) }).openapi('Regions')

export const AbsenceShape = record('Absence', RECORD_SHAPES.absence, { substitute: 'B 岗' })
export const AbsencesShape = z.object({ absences: list(AbsenceShape) }).openapi('Absences')

export const ConsultationShape = record('Consultation', RECORD_SHAPES.consultation, {
  first: '首问责任人',
  person: '现在负责的人',
  offeredTo: '转给同事、还没有接',
})
export const ConsultationsShape = z.object({ consultations: list(ConsultationShape) }).openapi('Consultations')

export const HandoverShape = record('Handover', RECORD_SHAPES.handover, { cases: '交接的办件编号' })
export const HandoversShape = z.object({ handovers: list(HandoverShape) }).openapi('Handovers')

export const SignInShape = z
  .object({
    token: z.string().openapi({ description: '放在 Authorization: Bearer 里' }),
    idleMinutes: z.int().openapi({ description: '多少分钟没有请求就结束' }),
    wrongBefore: z.int().openapi({ description: '上次登录以后,这个账号在本机输错过多少次密码' }),
    person: z.object({
      id: personId,
      name: z.string(),
      station: stationCode,
      roles: list(role),
    }),
  })
  .openapi('SignIn')

export const DoneShape = z.object({ done: z.literal(true) }).openapi('Done')
