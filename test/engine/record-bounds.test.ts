/** Items beyond the bounds of their fields, as earlier programs published them: read as they were, never written anew. */
import { expect, test } from 'vitest'
import { completeItem, type FeeRule, type Item } from '#protocol/casework/item.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import { createDirectory } from '#protocol/engine/directory/directory.ts'
import { documentOf } from '#protocol/engine/directory/record-reading.ts'
import { NO_CHANGE } from '#protocol/engine/ports/storage.ts'
import type { EntryHash } from '#protocol/ids.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import { COUNTY, openNode } from './county.ts'

const LICENCE = completeItem({ id: 'XK.01', name: '示范许可', itemType: '01', effectiveFrom: '2024-01-01' as Day })
const fee = (changes: Partial<FeeRule>): FeeRule => ({
  id: 'fee',
  name: '工本费',
  standard: '',
  basis: '',
  range: { from: 1, to: 2 },
  ...changes,
})
const rowOf = (item: Item) => ({
  document: documentOf(item),
  version: 1,
  hash: 'f'.repeat(64) as EntryHash,
  json: JSON.stringify({ ...item, version: 1 }),
})

/** What an earlier program accepted, and the words by which it is refused now. */
const BEYOND: readonly (readonly [title: string, changes: object, words: RegExp])[] = [
  ['the name of a fee', { fees: [fee({ name: '费'.repeat(201) })] }, /收费“费{20}”:名称有 201 个字,最多 200 个字/],
  ['a basis', { basis: '据'.repeat(4_001) }, /设定依据有 4001 个字,最多 4000 个字/],
  ['a text as long as an entry', { questions: 'x'.repeat(100_000) }, /常见问题有 100000 个字/],
  ['a reason', { presence: { due: true, present: false, reason: '由'.repeat(4_001) } }, /未进驻理由有 4001 个字/],
  [
    'a step',
    { steps: [{ stage: '40', role: '岗'.repeat(201), standard: '', days: 9_999 }] },
    /有 2 处超出规定:环节“岗{20}”:岗位有 201 个字.*;环节“岗{20}”:时限须是 0 到 730 的整数个工作日/,
  ],
  [
    'a list of names',
    { green: [{ id: 'g', name: '重点', minimumAmount: null, listed: new Array(1_001).fill('某某'), liaison: '王芳' }] },
    /绿色通道“重点”:名录有 1001 项,最多 1000 项/,
  ],
  ['a tier twice', { tiers: ['county', 'village', 'county'] }, /申请层级“县”重复/],
  ['more tiers than there are', { receivingTiers: new Array(4).fill('county') }, /收件层级有 4 项,最多 3 项/],
  ['an amount', { fees: [fee({ range: { from: 0, to: 2 ** 53 - 1 } })] }, /收费“工本费”:金额不对/],
  ['a range from high to low', { fees: [fee({ range: { from: 2, to: 1 } })] }, /收费“工本费”:金额不对/],
  ['a number of days', { supplementDays: 0 }, /补正期限须是 1 到 365 的整数天/],
  ['its code', { id: 'x'.repeat(37) }, /事项编码有 37 个字,最多 36 个字/],
  [
    'a type of field',
    { fields: [{ id: 'a', label: '签名', required: true, type: 'signature' }] },
    /栏目“签名”:类型“signature”不在代码表中/,
  ],
]

test.each(BEYOND)(
  'R7 R9 an item with %s beyond its bound is read as it was written, and is not published anew',
  async (_title, changes, words) => {
    const item = { ...LICENCE, ...changes } as Item
    const root = await openNode({ station: COUNTY, lease: 1 })
    const directory = createDirectory(root.identity)
    directory.apply(rowOf(item))
    expect(directory.edition(item.id, 1)).toEqual({ ...item, version: 1 })
    const published = await root.engine.office.publish(null, [LICENCE, item])
    expect(published).toMatchObject({ ok: false, problem: { code: 'record-beyond-bounds' } })
    expect(published.ok || published.problem.message).toMatch(words)
    expect(root.engine.office.directory.items()).toEqual([])
  },
)

test('R9 what an edition says already stands again, so that its item can be closed, changed and cancelled; nothing new does', async () => {
  const item: Item = { ...LICENCE, basis: '据'.repeat(4_001), fees: [fee({ name: '费'.repeat(201) })] }
  const storage = new MemoryStorage()
  await storage.commit({ ...NO_CHANGE, directory: [rowOf(item)] })
  const { engine } = await openNode({ station: COUNTY, lease: 1, storage })
  const { directory, publish } = engine.office
  const closed = { ...item, effectiveUntil: '2026-12-31' as Day }
  const change = { type: 'cancelled', basis: '安政发〔2026〕1号' } as const
  const ended = { ...closed, edition: 2, effectiveFrom: '2027-01-01' as Day, change }
  value(await publish(null, [closed, ended]))
  expect(directory.editions(item.id)).toMatchObject([{ basis: item.basis }, { fees: item.fees, change }])
  for (const changes of [
    { basis: '依'.repeat(4_001) },
    { fees: [...item.fees, fee({ id: 'more' })] },
    { presence: { ...item.presence, reason: '由'.repeat(4_001) } },
  ])
    expect(await publish(null, [{ ...ended, ...changes, edition: 3 }])).toMatchObject({
      ok: false,
      problem: { code: 'record-beyond-bounds' },
    })
  value(await publish(null, [{ ...ended, fees: [], edition: 3 }]))
})
