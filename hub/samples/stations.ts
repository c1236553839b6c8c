/** The places of the model county: one hall, 18 township centres, 36 village points (SOURCES.md A2), and their region codes. */
import type { Region, Station } from '#protocol/casework/directory.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import type { StationCode } from '#protocol/ids.ts'
import type { Tier } from '#protocol/tiers.ts'

export const SAMPLE_COUNTY = { id: '510724' as StationCode, name: '安县政务服务中心' } as const

/** A township of the model county. */
export interface SampleTownship {
  readonly code: StationCode
  readonly name: string
  /** What its people's accounts begin with. */
  readonly slug: string
  readonly villages: readonly { readonly code: StationCode; readonly name: string }[]
}

// Towns have 100–199, townships (乡) 200–399; villages begin at 201 (SOURCES.md 8.3). Names are plausible, not surveyed.
const TOWNSHIPS: readonly (readonly [number: string, name: string, slug: string, first: string, second: string])[] = [
  ['100', '安昌镇', 'anchang', '红岩村', '永河村'],
  ['101', '花荄镇', 'huagai', '联丰村', '红武村'],
  ['102', '桑枣镇', 'sangzao', '齐心村', '枣园村'],
  ['103', '黄土镇', 'huangtu', '方碑村', '常乐村'],
  ['104', '塔水镇', 'tashui', '七里村', '双林村'],
  ['105', '秀水镇', 'xiushui', '和平村', '高水村'],
  ['106', '河清镇', 'heqing', '永丰村', '西河村'],
  ['107', '界牌镇', 'jiepai', '九龙村', '红光村'],
  ['108', '永河镇', 'yonghe.zhen', '安居村', '团结村'],
  ['109', '雎水镇', 'jushui', '太平村', '青云村'],
  ['110', '清泉镇', 'qingquan', '龙泉村', '白庙村'],
  ['111', '宝林镇', 'baolin', '大沙村', '月顶村'],
  ['112', '沸水镇', 'feishui', '川主村', '石桥村'],
  ['113', '晓坝镇', 'xiaoba', '五福村', '双泉村'],
  ['114', '乐兴镇', 'lexing', '长林村', '新桥村'],
  ['115', '千佛镇', 'qianfo', '茶坪村', '老君村'],
  ['200', '兴仁乡', 'xingren', '兴隆村', '梓潼村'],
  ['201', '高川乡', 'gaochuan', '泉水村', '天池村'],
]

export const SAMPLE_TOWNSHIPS: readonly SampleTownship[] = TOWNSHIPS.map(([number, name, slug, ...villages]) => {
  const code = `${SAMPLE_COUNTY.id}${number}` as StationCode
  return {
    code,
    name,
    slug,
    villages: villages.map((village, index) => ({ code: `${code}${201 + index}` as StationCode, name: village })),
  }
})

const station = (id: StationCode, name: string, tier: Tier, parent: StationCode): Station => ({
  type: 'station',
  id,
  version: 0,
  name,
  tier,
  parent,
})

/** Every station below the county hall, which the hub makes itself; parents before children. */
export const SAMPLE_STATIONS: readonly Station[] = SAMPLE_TOWNSHIPS.flatMap(({ code, name, villages }) => [
  station(code, `${name}便民服务中心`, 'township', SAMPLE_COUNTY.id),
  ...villages.map((village) => station(village.code, `${village.name}便民服务代办点`, 'village', code)),
])

const SINCE = '2002-01-01' as Day

const region = (id: string, name: string, merged?: { readonly until: Day; readonly into: string }): Region => ({
  type: 'region',
  id,
  version: 0,
  name,
  from: SINCE,
  until: merged?.until ?? null,
  successor: merged?.into ?? null,
})

/** Region codes with one village that was merged: its code is dead and stays on record. */
export const SAMPLE_REGIONS: readonly Region[] = [
  region(SAMPLE_COUNTY.id, '安县'),
  ...SAMPLE_TOWNSHIPS.flatMap(({ code, name, villages }) => [
    region(code, name),
    ...villages.map((village) => region(village.code, village.name)),
  ]),
  region('510724100203', '柏杨村', { until: '2020-05-31' as Day, into: '510724100201' }),
]
