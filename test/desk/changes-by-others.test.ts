/** What another station changed behind the seal of a form, as the holder's people meet it on the page and in the API. */
import { expect, onTestFinished, test } from 'vitest'
import { createAccounts } from '#edge-node/commands/account/accounts.ts'
import { passwordRecord } from '#edge-node/commands/account/passwords.ts'
import { readCase } from '#edge-node/commands/cases/cases.ts'
import { createDesk } from '#edge-node/desk/desk.ts'
import { createHubPages } from '#hub/pages/pages.ts'
import { createRegistry } from '#hub/registry.ts'
import { SAMPLE_CALENDARS } from '#hub/samples/calendars.ts'
import { SAMPLE_ITEMS } from '#hub/samples/items.ts'
import type { Person, Role } from '#protocol/casework/directory.ts'
import type { Fact, FactKind, Fields } from '#protocol/casework/facts/facts.ts'
import { mintNumber } from '#protocol/casework/identity/case-numbers.ts'
import { clientIdOf } from '#protocol/documents/clocks.ts'
import { encodeEdit } from '#protocol/documents/edit.ts'
import { openSection } from '#protocol/documents/section.ts'
import type { Actor } from '#protocol/engine/office.ts'
import { type EntryHash, type PersonId, type StationCode, streamOf, toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { type Draft, KIND } from '#protocol/log/entry.ts'
import { Author, sha256, valueIn as value } from '#test/documents/authors.ts'
import { openClock } from '#test/engine/clock-host.ts'
import { COUNTY, nodeRecord, openNode, publish, STATIONS, TOWNSHIP } from '#test/engine/county.ts'
import { ENABLED } from '#test/engine/levels.ts'
import { draft, factPayload, frameOf, RawNode } from '#test/engine/raw-node.ts'
import { enter, PASSWORD, type Visitor } from './place.ts'
import { act, filled, lookedAt } from './walk.ts'

const [ITEM] = SAMPLE_ITEMS
if (!ITEM) throw new Error('no sample items')

const WATCH = { person: 'watch' as PersonId, name: '', station: COUNTY, roles: ['supervisor' as const] }

/** A county hall with people and a desk, and a township that writes whatever it likes. */
async function openHall() {
  const { host } = openClock('2026-11-20T09:00+08:00')
  const root = await openNode({ station: COUNTY, lease: 1, host })
  const { office } = root.engine
  const raw = new RawNode(TOWNSHIP)
  const password = await passwordRecord(office, PASSWORD)
  const person = (id: string, name: string, station: StationCode, roles: readonly Role[]): Person => ({
    ...{ type: 'person', id: id as PersonId, version: 1, name, station, roles, password, disabled: false },
  })
  const records = [ENABLED, ...STATIONS, nodeRecord(root, null), raw.record(root.identity.node, 2)]
  await publish(root, [...records, ...SAMPLE_ITEMS, ...SAMPLE_CALENDARS])
  await publish(root, [
    person('hall', '王窗', COUNTY, ['clerk', 'handler', 'chief']),
    person('li', '李成', TOWNSHIP, ['clerk']),
    person('watch', '赵清', COUNTY, ['supervisor']),
  ])
  await raw.link(root)
  const accounts = createAccounts(office)
  const registry = createRegistry({ office, accounts, cryptography: host.cryptography, root: root.identity.node })
  const hubPages = createHubPages(registry)
  const onFault = (fault: Error) => {
    throw fault
  }
  const desk = createDesk({ office, accounts, title: '安县政务服务网', secure: true, hubPages, onFault })
  return { office, raw, desk }
}

/** The township's machine, which writes into one case in whosever name. */
function writerOf({ raw, office }: Awaited<ReturnType<typeof openHall>>) {
  const { document } = draft(TOWNSHIP)
  let frames = 0
  const write = async (given: Partial<Draft>) => {
    const [log] = [...raw.heads.keys()]
    raw.send(
      frameOf(await raw.write(streamOf(TOWNSHIP), [draft(TOWNSHIP, { document, time: office.now(), ...given })])),
    )
    await raw.stored(++frames)
    return toHex((log ? raw.heads.get(log) : raw.heads.values().next().value)?.hash as Uint8Array) as EntryHash
  }
  const fact = (kind: FactKind, previous: EntryHash | null, fields: Fields) =>
    write({ person: 'li' as PersonId, payload: factPayload({ kind, previous, fields } as Fact) })
  const author = new Author('application', clientIdOf(2, 1))
  const edit = async (set: Readonly<Record<string, string>>, person = 'li') => {
    const update = author.change({ set, remove: [] }) as Uint8Array
    const payload = encodeEdit({ section: 'application', update })
    await write({ kind: KIND.edit, person: person as PersonId, payload })
  }
  return { document, fact, edit }
}

/** A case that the township has offered and the hall has received, its form typed at the township. */
async function receivedCase() {
  const hall = await openHall()
  const { document: id, fact, edit } = writerOf(hall)
  const number = mintNumber({ station: TOWNSHIP, day: '2026-11-20', lane: 1, running: 1 })
  const opened = await fact('opened', null, { number, item: ITEM?.id ?? '', itemVersion: ITEM?.edition ?? 1 })
  await edit({ applicant: '周小山', phone: '13800001111' })
  const captured = await fact('captured', opened, { applicant: '周小山', materials: 1, seals: [] })
  await fact('offered', captured, { to: COUNTY, materials: 1 })
  const clerk = await enter(hall.desk, 'hall')
  await act(clerk, id, 'taken', { materials: '1' })
  const bring = (ITEM?.materials ?? []).map((rule) => [rule.id, { state: 'copy', copies: 1 }])
  const counter: Actor = { person: 'hall' as PersonId, name: '王窗', station: COUNTY, roles: ['clerk'] }
  value(await hall.office.edit(counter, id, 'materials', { set: Object.fromEntries(bring) }))
  const unseen = await act(clerk, id, 'received', {})
  expect(unseen.text).toContain('表单由其他站点填写,请核对')
  const received = await act(clerk, id, 'received', lookedAt(unseen))
  expect(received.text).toContain('“收件”已办,已存在县中心。')
  return {
    ...hall,
    id,
    fact,
    edit,
    clerk,
    page: (visitor: Visitor = clerk) => visitor.get(`/cases/${id}?act=accepted`),
  }
}

test('C143 the page accuses nobody whose name another station’s key signed with', async () => {
  const { edit, page, office, id } = await receivedCase()
  await edit({ applicant: '周大山' }, 'hall')
  await edit({ phone: '13900002222' })
  const { text } = await page()
  expect(text).toMatch(/周小山 → 周大山,[^,]*(署名 hall,当天不在该站点任职)/)
  expect(text).not.toMatch(/→ 周大山,[^→]*王窗/)
  expect(text).toMatch(/13800001111 → 13900002222,[^,]* 李成/)
  const seen = value(await office.view({ person: 'hall' as PersonId, name: '', station: COUNTY, roles: [] }, id))
  expect(seen.sections[0]?.changes.map(({ foreignPerson }) => foreignPerson)).toEqual([true, false])
})

test('C141 the form of an act that seals again lists what others changed, and is sent only with the box ticked', async () => {
  const { edit, page, clerk, id } = await receivedCase()
  expect((await page()).text).not.toContain('办理以前请核对')
  await edit({ applicant: '周大山' })
  const shown = await page()
  expect(shown.text).toContain('已核对上面 1 处由其他站点改动的内容,按现在的内容办理')
  expect((await clerk.get(`/cases/${id}?act=noted`)).text).not.toContain('办理以前请核对')
  const action = `/cases/${id}/acts/accepted`
  const refused = await clerk.submit(shown, action, {})
  expect(refused.status).toBe(422)
  expect(refused.text).toContain('封存之后有 1 处内容是安昌镇便民服务中心改的,不是主办站点,还没有核对')
  expect(refused.text).toContain('办件没有变化')
  await edit({ phone: '13900002222' })
  const moved = await clerk.submit(refused, action, { changesSeen: 'f'.repeat(128) })
  expect(moved.text).toContain('核对之后又变了')
  expect(moved.text).toContain('已核对上面 2 处')
  expect(moved.html).not.toMatch(/name="changesSeen"[^>]*checked/)
  // What came after the page that was looked at is not accepted with it, and the page says what to do about it.
  const accepted = await clerk.submit(refused, action, lookedAt(refused))
  expect(accepted.text).toContain('“受理”已办')
  expect(accepted.text).toContain('周大山')
  expect(accepted.text).toMatch(/封存之后有改动,这些改动不作数:\s*联系电话:13800001111 → 13900002222/)
  expect(accepted.text).toContain('请由主办站点向申请人核实,确实要更正的才需要登记')
  expect(accepted.html).toMatch(/要更正的,可以在办件页用<a href="[^"]*act=noted#acts">“备注”/)
})

test('C141 the form of an adoption lists what the adopted fact sealed of others’ changes, and is sent only with the box ticked', async () => {
  const { raw, office, fact, edit, clerk, id } = await receivedCase()
  await edit({ applicant: '周大山', phone: '13900002222' })
  const { state, sections } = value(await office.view(WATCH, id))
  const author = new Author('application', clientIdOf(3, 1))
  author.change({ set: sections[0]?.value as Record<string, string>, remove: [] })
  const content = value(openSection('application', author.updates())).contentDigest(sha256)
  const frontier = Object.fromEntries([...raw.heads.keys()].map((log) => [log, 1_000]))
  const seals = [{ section: 'application', digest: '0'.repeat(64), content, frontier }]
  const accepted = await fact('accepted', state.tip, { seals } as Fields)
  const shown = await clerk.get(`/cases/${id}`)
  expect(shown.text).toContain('要采纳的记录封存的内容里由其他站点改动的')
  // Who supervises reads no numbers, also where he may adopt.
  const both = { ...WATCH, person: 'hall' as PersonId, roles: ['chief', 'handler', 'supervisor'] as const }
  const [masked] = value(await readCase(office, both, id)).adoptedChanges
  expect(masked?.listed[0]?.changes).toMatchObject([
    { key: 'applicant', after: '周大山' },
    { key: 'phone', before: '****1111', after: '****2222' },
  ])
  const { shownResealings } = LIMITS
  onTestFinished(() => void Object.assign(LIMITS, { shownResealings }))
  Object.assign(LIMITS, { shownResealings: 0 })
  const crowded = (await clerk.get(`/cases/${id}`)).text
  expect(crowded).toContain('可以采纳的记录较多,这一条没有逐条列出:其他站点一共写过 2 次修改')
  expect(crowded).toContain('已逐项核对申请表和材料,可以采纳')
  expect(crowded).not.toContain('拼不出来')
  Object.assign(LIMITS, { shownResealings })
  await fact('accepted', state.tip, { seals: [{ ...seals[0], content: '1'.repeat(64) }] } as Fields)
  const action = `/cases/${id}/acts/adopted`
  const refused = await clerk.submit(shown, action, { fact: accepted })
  expect(refused.status).toBe(422)
  expect(refused.text).toContain('要采纳的记录封存的内容里有 2 处是安昌镇便民服务中心改的')
  expect(refused.text).toContain('这条记录封存的内容本机没有,无法核对,不能采纳')
  // The mark of what the holder's own act would seal stands further up.
  const marks = [...refused.html.matchAll(/value="([0-9a-f]{64,128})" name="changesSeen"/g)].map(
    ([, mark]) => mark ?? '',
  )
  const adopted = await clerk.submit(refused, action, { fact: accepted, changesSeen: marks.at(-1) ?? '' })
  expect(adopted.text).toContain('“采纳”已办')
})

test('C141 a draft that was handed over is handed in only with what others wrote looked at', async () => {
  const hall = await openHall()
  const { document: id, fact, edit } = writerOf(hall)
  const number = mintNumber({ station: TOWNSHIP, day: '2026-11-20', lane: 1, running: 1 })
  const opened = await fact('opened', null, { number, item: ITEM?.id ?? '', itemVersion: ITEM?.edition ?? 1 })
  await edit({ applicant: '周小山', phone: '13800001111' })
  await fact('offered', opened, { to: COUNTY, materials: 1 })
  const clerk = await enter(hall.desk, 'hall')
  await act(clerk, id, 'taken', { materials: '1' })
  const action = `/cases/${id}/form`
  const form = await clerk.get(action)
  expect(form.text).toContain('表单由其他站点填写,请核对')
  // What the township typed stands: what the hall types over is its own.
  const own = { 'a-applicant': '周小山', 'a-phone': '13800001111' }
  const typed = { ...filled(form, action), ...own, step: 'hand-in' }
  const refused = await clerk.submit(form, action, typed)
  expect(refused.text).toContain('处内容是安昌镇便民服务中心写的,不是主办站点,还没有核对')
  const handed = await clerk.submit(refused, action, { step: 'hand-in', ...lookedAt(refused) })
  expect(handed.path).toContain('/receipt')
})

test('C142 the story shows under 受理 what it took over, with numbers masked for who may not read them', async () => {
  const { edit, page, clerk, id, desk, office } = await receivedCase()
  await edit({ applicant: '周大山', phone: '13900002222' })
  const before = value(await readCase(office, WATCH, id)).changesByOthers
  expect(before?.listed[0]?.changes.find(({ key }) => key === 'phone')).toMatchObject({ after: '****2222' })
  await act(clerk, id, 'accepted', lookedAt(await page()))
  const storyOf = async (visitor: Visitor) => {
    const { text } = await visitor.get(`/cases/${id}`)
    return text.slice(text.indexOf(' 经过 '))
  }
  const story = await storyOf(clerk)
  expect(story).toContain('申请表在上一次封存之后的改动,从这时起作数')
  expect(story).toMatch(/周小山 → 周大山,安昌镇便民服务中心 李成 2026年11月20日/)
  expect(story).toContain('13800001111 → 13900002222')
  const masked = await storyOf(await enter(desk, 'watch'))
  expect(masked).toContain('****1111 → ****2222')
  expect(masked).not.toMatch(/13800001111|13900002222/)
  const seen = value(await readCase(office, WATCH, id))
  expect(seen.takenOver[0]?.changes.find(({ key }) => key === 'phone')).toMatchObject({
    before: '****1111',
    after: '****2222',
  })
})
