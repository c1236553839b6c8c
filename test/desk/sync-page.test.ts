/** The page of connection and safety at nodes whose parent does not take them, and after a restoration. */
import { expect, test } from 'vitest'
import { createAccounts } from '#edge-node/commands/account/accounts.ts'
import { passwordRecord } from '#edge-node/commands/account/passwords.ts'
import { markChecked } from '#edge-node/commands/station/checked-findings.ts'
import { createDesk } from '#edge-node/desk/desk.ts'
import type { Desk } from '#edge-node/desk/visit.ts'
import type { Person, Role } from '#protocol/casework/directory.ts'
import { keptRows } from '#protocol/engine/kept-findings.ts'
import type { Finding } from '#protocol/engine/office.ts'
import { NO_CHANGE } from '#protocol/engine/ports/storage.ts'
import type { PersonId } from '#protocol/ids.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { connect, type Node, person, publish, TOWNSHIP, until } from '#test/engine/county.ts'
import { cutAll, place, restart } from '#test/engine/restoring.ts'
import { enter, PASSWORD } from './place.ts'

const deskOf = ({ engine: { office } }: Node, noted: Desk['noted'] = () => {}) =>
  createDesk({ office, accounts: createAccounts(office), title: '安县政务服务网', secure: true, noted })

/** A county in which the township has a person with an account. */
async function placeWith(role: Role) {
  const county = await place()
  const id = 'chief' as PersonId
  const password = await passwordRecord(county.root.engine.office, PASSWORD)
  const person: Person = {
    type: 'person',
    id,
    version: 1,
    name: '王芳',
    station: TOWNSHIP,
    roles: [role],
    password,
    disabled: false,
  }
  await publish(county.root, [person])
  const { directory } = county.township.engine.office
  await until('the township knows its people', () => directory.person(id) !== undefined)
  return county
}

test('P22 a node that an emptied county does not know says why it is not connected, beside that it is not', async () => {
  const { root, township, links } = await placeWith('clerk')
  await cutAll(links)
  await root.engine.stop()
  const emptied = await restart(root, new MemoryStorage(), undefined, undefined, 2)
  connect(township, emptied)
  await until('refused', async () => (await township.engine.office.status()).refusal !== null)
  const clerk = await enter(deskOf(township), 'chief')
  const { text } = await clerk.get('/sync')
  expect(text).toContain('未连接:上级尚未登记本节点')
  expect(text).toContain('请联系县中心管理员核对入网登记')
})

test('D43 what is to be checked after a restoration stands in the head of every page until somebody there has checked it', async () => {
  const { root, township, links, diskOf } = await placeWith('clerk')
  await cutAll(links)
  await township.engine.stop()
  const finding: Finding = {
    kind: 'sidecar',
    time: 1,
    message: '数据库比本机的记录旧',
    next: '请核对纸质凭证',
    details: '“安昌镇”最后一条写于',
    kept: 'sidecar-1',
  }
  const disk = diskOf(TOWNSHIP)
  await disk.commit({ ...NO_CHANGE, local: [...keptRows(finding)] })
  const back = await restart(township, disk, root, root, 1)
  const log: object[] = []
  const desk = deskOf(back, (about, event) => log.push({ ...about, event }))
  const chief = await enter(desk, 'chief')
  expect((await chief.get('/')).text).toContain('还没有核对完')
  const told = await chief.get('/sync')
  for (const words of ['数据库比本机的记录旧', '请核对纸质凭证', '“安昌镇”最后一条写于', '只算本机磁盘上的记录'])
    expect(told.text).toContain(words)
  expect(told.text).not.toContain('没有丢失')
  const question = await chief.submit(told, '/sync/checked')
  for (const words of ['都核对完了吗', '数据库比本机的记录旧', '“安昌镇”最后一条写于'])
    expect(question.text).toContain(words)
  expect((await chief.get('/')).text).toContain('还没有核对完')
  expect(log).toEqual([])
  const done = await chief.submit(question, '/sync/checked')
  expect(log).toMatchObject([
    { person: 'chief', name: '王芳', kept: 'sidecar-1', event: expect.stringContaining('checked') },
  ])
  expect(done.text).toContain('已标为核对过')
  expect(done.text).not.toContain('数据库比本机的记录旧')
  expect(done.text).toContain('没有丢失')
  expect((await chief.get('/')).text).not.toContain('还没有核对完')
  expect(await markChecked(person(TOWNSHIP, ['clerk', 'supervisor']), back.engine.office, 'sidecar-1')).toMatchObject({
    ok: false,
  })
})
