/** Windows of the model county (SOURCES.md A7): 22 single, one composite with 18 units, two public services, one cashier, and the townships' composite ones. */
import type { WindowKind } from '#protocol/casework/codes.ts'
import type { WindowRecord } from '#protocol/casework/directory.ts'
import type { PersonId, StationCode } from '#protocol/ids.ts'
import { SAMPLE_COUNTY, SAMPLE_TOWNSHIPS } from './stations.ts'

/** Department and what stands above the window. */
const SINGLE: readonly (readonly [department: string, name: string])[] = [
  ['GA', '户政窗口'],
  ['GA', '出入境窗口'],
  ['GA', '车驾管窗口'],
  ['MZ', '民政窗口'],
  ['RS', '社会保险窗口'],
  ['RS', '就业和人才窗口'],
  ['ZR', '不动产登记窗口'],
  ['ZR', '规划用地窗口'],
  ['ZJ', '建设审批窗口'],
  ['ZJ', '住房保障窗口'],
  ['SC', '市场主体登记窗口'],
  ['SC', '食品药品许可窗口'],
  ['WJ', '卫生健康窗口'],
  ['YB', '医疗保障窗口'],
  ['SS', '办税窗口'],
  ['SS', '社保费征缴窗口'],
  ['NY', '农业农村窗口'],
  ['JT', '道路运输窗口'],
  ['JT', '公路管理窗口'],
  ['LY', '林草窗口'],
  ['CL', '残联窗口'],
  ['GJ', '公积金窗口'],
]

/** The units that share the composite window: 18, as in the field report. */
const COMPOSITE = [
  ...['FG', 'JX', 'JY', 'SF', 'CZ', 'HJ', 'SL', 'SW', 'WL'],
  ...['TY', 'YJ', 'ZF', 'SP', 'XF', 'QX', 'YC', 'DA', 'MW'],
]

const PUBLIC_SERVICES = [
  ['GD', '供电服务窗口'],
  ['GS', '供水服务窗口'],
] as const

/** What a township's one window speaks for besides the township itself. */
const TOWNSHIP_UNITS = ['XZ', 'MZ', 'RS', 'YB', 'CL', 'NY', 'LY', 'ZR', 'WJ']

type Shift = readonly [lead: string, substitute: string | null]

const windowOf = (
  id: string,
  name: string,
  kind: WindowKind,
  departments: readonly string[],
  staff: readonly Shift[],
  station: StationCode = SAMPLE_COUNTY.id,
): WindowRecord => ({
  type: 'window',
  id,
  version: 0,
  name,
  station,
  kind,
  departments,
  staff: staff.map(([lead, substitute]) => ({
    lead: lead as PersonId,
    substitute: substitute as PersonId | null,
  })),
  sample: true,
})

const number = (index: number): string => String(index + 1).padStart(2, '0')
const ofDepartment = (department: string): readonly Shift[] => [
  [`${department.toLowerCase()}.clerk`, `${department.toLowerCase()}.handler`],
]

export const SAMPLE_WINDOWS: readonly WindowRecord[] = [
  ...SINGLE.map(([department, name], index) =>
    windowOf(`${SAMPLE_COUNTY.id}-A${number(index)}`, name, 'single', [department], ofDepartment(department)),
  ),
  windowOf(`${SAMPLE_COUNTY.id}-Z01`, '综合窗口', 'composite', COMPOSITE, [
    ['zonghe1', 'zonghe2'],
    ['zonghe2', 'zonghe3'],
    ['zonghe3', null],
  ]),
  ...PUBLIC_SERVICES.map(([department, name], index) =>
    windowOf(`${SAMPLE_COUNTY.id}-G${number(index)}`, name, 'public-service', [department], ofDepartment(department)),
  ),
  windowOf(`${SAMPLE_COUNTY.id}-S01`, '收费窗口', 'cashier', ['CZ'], [['cashier', null]]),
  ...SAMPLE_TOWNSHIPS.map(({ code, name, slug }) =>
    windowOf(
      `${code}-Z01`,
      `${name}综合窗口`,
      'composite',
      TOWNSHIP_UNITS,
      [[`${slug}.clerk`, `${slug}.handler`]],
      code,
    ),
  ),
]
