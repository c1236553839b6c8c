/** The fold alone: a licence with thirty facts, from supplement and special procedure to delivery, as every list and page needs it. */
import { SAMPLE_CALENDARS } from '#hub/samples/calendars.ts'
import { DEFAULT_RULES } from '#protocol/casework/directory.ts'
import {
  decodeFact,
  encodeFact,
  type FactEntry,
  type FactKind,
  type FieldValue,
} from '#protocol/casework/facts/facts.ts'
import { foldCase } from '#protocol/casework/folding/fold.ts'
import { completeItem } from '#protocol/casework/item.ts'
import type { Register } from '#protocol/casework/register.ts'
import { workCalendar } from '#protocol/casework/time/calendar.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import {
  type DocumentId,
  type EntryHash,
  logKey,
  type NodeId,
  type PersonId,
  type StationCode,
  streamOf,
} from '#protocol/ids.ts'
import { monotonic } from '#test/clock/monotonic.ts'
import { median, type Scenario, withWorkers } from './scenario.ts'
import type { Commands } from './worker-port.ts'

const COUNTY = '510724' as StationCode
const VILLAGE = '510724100201' as StationCode
const CASE = 'c'.repeat(32) as DocumentId
const NODES: Readonly<Record<string, NodeId>> = {
  [COUNTY]: 'a'.repeat(32) as NodeId,
  [VILLAGE]: 'b'.repeat(32) as NodeId,
}
const HOUR = 3_600_000
const BEGIN = Date.UTC(2026, 2, 2, 1)

const LICENCE = completeItem({
  id: 'LICENCE',
  name: '公共场所卫生许可',
  itemType: '01',
  tiers: ['village', 'township', 'county'],
  steps: [
    { stage: '40', role: '承办', standard: '', days: 5 },
    { stage: '41', role: '审核', standard: '', days: 3 },
    { stage: '42', role: '批准', standard: '', days: 2 },
  ],
  promised: { days: 15, unit: 'working', note: '' },
  statutory: { days: 20, unit: 'working', note: '' },
  discretion: [{ id: 'A', factor: '面积', standard: '二百平方米以下', range: null }],
  fees: [{ id: 'test', name: '检测费', standard: '一百元', basis: '示例依据', range: { from: 10_000, to: 10_000 } }],
})

const REGISTER: Register = {
  authority: {
    serves: (node, station) => NODES[station] === node,
    isRoot: (node) => node === NODES[COUNTY],
    afterRevocation: () => false,
    standing: () => 'belongs' as const,
    rolesOf: () => null,
    tierOf: (station) => (station === COUNTY ? 'county' : station === VILLAGE ? 'village' : undefined),
    parentOf: (station) => (station === COUNTY ? null : COUNTY),
  },
  edition: (item) => (item === LICENCE.id ? LICENCE : undefined),
  powerOf: () => 'none',
  calendar: workCalendar(SAMPLE_CALENDARS),
  rules: DEFAULT_RULES,
  today: '2026-06-01' as Day,
  isEnabled: () => true,
}

type Line = readonly [
  kind: FactKind,
  station: StationCode,
  person: string,
  fields: Readonly<Record<string, FieldValue>>,
]

const seals = ['application', 'materials'].map((section) => ({ section, digest: 'd'.repeat(64), frontier: { log: 2 } }))
const applicant = { applicant: '王秀英', idNumber: '11010519491231002X', phone: '13800000000', materials: 6, seals }
const note = (text: string): Line => ['noted', COUNTY, 'clerk', { text }]
const hashAt = (place: number): EntryHash => place.toString(16).padStart(64, '0') as EntryHash

/** Thirty facts; `fact` fields name others by their place in the list. */
const LINES: readonly Line[] = [
  ['opened', VILLAGE, 'agent', { number: 'n', item: LICENCE.id, itemVersion: 1 }],
  ['captured', VILLAGE, 'agent', applicant],
  ['offered', VILLAGE, 'agent', { to: COUNTY, materials: 6 }],
  ['taken', COUNTY, 'clerk', { materials: 6 }],
  ['received', COUNTY, 'clerk', applicant],
  ['notified', COUNTY, 'clerk', { missing: ['健康证明', '平面图'] }],
  ['contacted', COUNTY, 'clerk', { way: 'phone', reached: true, content: '已告知' }],
  ['supplied', VILLAGE, 'agent', { items: ['健康证明'], materials: 1 }],
  ['supplemented', COUNTY, 'clerk', { items: ['平面图', '健康证明'], seals }],
  ['assigned', COUNTY, 'clerk', { to: 'handler' }],
  ['charged', COUNTY, 'clerk', { fee: 'test', amount: 10_000 }],
  ['paid', COUNTY, 'cashier', { fact: hashAt(10), receipt: '票1', amount: 10_000 }],
  ['invited', COUNTY, 'clerk', { to: VILLAGE, department: '村委会', due: '2026-05-01', content: '征求意见' }],
  ['acknowledged', VILLAGE, 'agent', { fact: hashAt(12) }],
  ['opined', VILLAGE, 'agent', { fact: hashAt(12), opinion: 'agree' }],
  ['suspended', COUNTY, 'handler', { procedure: 'testing', days: 5, approver: 'chief' }],
  ['resumed', COUNTY, 'handler', { result: '检测合格' }],
  ['handled', COUNTY, 'handler', { opinion: '符合条件' }],
  ['verified', COUNTY, 'handler', { staff: ['甲', '乙'], on: '2026-03-20', place: '现场', findings: '相符' }],
  note('已电话联系申请人。'),
  ['examined', COUNTY, 'examiner', { opinion: '同意' }],
  ['extended', COUNTY, 'chief', { days: 5, reasons: '情况复杂', approver: '分管负责人' }],
  note('已送批。'),
  ['decided', COUNTY, 'chief', { result: 'granted', opinion: '同意', tier: 'A', seals }],
  ['closed', COUNTY, 'clerk', { document: '安卫许〔2026〕1号' }],
  note('证件已制作。'),
  note('已通知申请人领取。'),
  ['delivered', COUNTY, 'clerk', { recipient: '王秀英' }],
  note('档案已整理。'),
  ['archived', COUNTY, 'clerk', { volume: '2026-1' }],
]

const CONTRIBUTIONS: readonly FactKind[] = [
  'contacted',
  'supplied',
  'paid',
  'acknowledged',
  'opined',
  'verified',
  'noted',
]

/** The facts as they come from the disk: payloads decoded, nothing judged. */
function factsOfLicence(): FactEntry[] {
  let previous: EntryHash | null = null
  return LINES.map(([kind, station, person, fields], place): FactEntry => {
    const isContribution = CONTRIBUTIONS.includes(kind)
    const hash = hashAt(place)
    const fact = decodeFact(encodeFact({ kind, previous: isContribution ? null : previous, fields }))
    if (!isContribution) previous = hash
    const log = logKey({ node: NODES[station] as NodeId, incarnation: 1, stream: streamOf(VILLAGE) })
    const time = BEGIN + place * 5 * HOUR
    return { hash, log, seq: place + 1, person: person as PersonId, station, time, clockOffset: 0, fact }
  })
}

const WARM_UP = 2_000
const FOLDS = 20_000

/** The worker that folds and nothing else. */
export function foldRole(): Commands {
  return {
    async fold() {
      const facts = factsOfLicence()
      const state = foldCase(CASE, facts, REGISTER)
      const aside = state?.story.filter((line) => line.aside !== null).map((line) => `${line.kind} ${line.aside?.text}`)
      if (state?.stage !== '90') throw new Error(`the licence is not archived: ${state?.stage} ${aside}`)
      const times: number[] = []
      for (let round = 0; round < WARM_UP + FOLDS; round++) {
        const begun = monotonic()
        foldCase(CASE, facts, REGISTER)
        if (round >= WARM_UP) times.push((monotonic() - begun) * 1_000)
      }
      return { times, facts: facts.length }
    },
  }
}

export const FOLD: Scenario = {
  name: 'fold',
  what: `fold of one licence with ${LINES.length} facts (supplement, fee, joint opinion, special procedure, extension) to state, clocks and story, ${FOLDS} times in a process of its own`,
  goals: { median_us: 100 },
  async run(bench) {
    const medians: number[] = []
    let slow = 0
    for (let repeat = 0; repeat < bench.repeats; repeat++) {
      const { times } = await withWorkers(bench, ['folder'], (folder) =>
        folder.ask<{ times: number[]; facts: number }>('fold'),
      )
      medians.push(median(times))
      slow = Math.max(slow, times.toSorted((left, right) => left - right)[Math.floor(times.length * 0.99)] ?? 0)
    }
    return { median_us: median(medians), p99_us: slow, facts: LINES.length }
  },
}
