/** Members that mean harm, below a township of a running county: during what they do and after it everybody works on. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildPrograms } from '#edge-node/build.ts'
import { SAMPLE_PASSWORD } from '#hub/samples/sample.ts'
import type { DocumentId, NodeId, StationCode } from '#protocol/ids.ts'
import { enrolMember, type Member } from '#test/hostile/member.ts'
import { signIn } from '#test/programs/calls.ts'
import { untilTrue } from '#test/programs/process.ts'
import { type Administrator, administratorAt } from './administrator.ts'
import { bringAll } from './application.ts'
import { openHall, type Place, TOWNSHIP, VILLAGES } from './county.ts'
import { killMachines } from './machine.ts'

const VILLAGE = VILLAGES.hongyan as StationCode
let folder: string
let hub: Place
let township: Place
let administrator: Administrator
let member: Member
/** A case of the member's station. */
let own: DocumentId

beforeAll(async () => {
  await buildPrograms(['hub', 'edge-node'])
  folder = await mkdtemp(join(tmpdir(), 'members-'))
  const hall = await openHall(folder)
  hub = hall.hub
  township = await hall.open('township', hub, { station: TOWNSHIP, person: 'anchang.clerk' })
  administrator = await administratorAt(hub.machine)
  const code = await administrator.code(VILLAGE, (await township.api.sync()).node)
  member = await enrolMember(join(folder, 'member'), township.machine.address, code, VILLAGE)
}, 240_000)

afterAll(async () => {
  member?.raw.cut()
  await killMachines()
  await rm(folder, { recursive: true, force: true })
})

/** Pages that people live on, at the hall and at the township; each must come whole. */
async function pagesWork(): Promise<void> {
  const visits = [
    [
      hub,
      'coordinator',
      ['/', '/transfers', '/search?q=%E7%8E%8B', '/hub/transfers', '/hub/nodes', '/sync', '/absences'],
    ],
    [township, 'anchang.clerk', ['/', '/transfers', '/search?q=%E7%8E%8B', '/sync', '/consultations', '/handovers']],
  ] as const
  for (const [{ machine }, person, pages] of visits) {
    const visitor = await signIn(machine.address, person, SAMPLE_PASSWORD)
    for (const page of pages) expect([page, (await visitor.get(page)).status]).toEqual([page, 200])
  }
}

/** A case that somebody captures at the township and the hall reads. */
async function countyWorks(): Promise<DocumentId> {
  await pagesWork()
  const { id } = await township.api.done('POST', '/cases', { item: 'SL0001' })
  await township.api.done('PATCH', `/cases/${id}/sections/application`, { set: { applicant: '王芳' } })
  await untilTrue(async () => expect((await hub.api.view(String(id))).state.home).toBe(TOWNSHIP))
  return String(id) as DocumentId
}

describe('N58 the county works on while a member', { timeout: 240_000 }, () => {
  test('N58 dates what it signs at the end of time, and says that its clock or its catalogue is there', async () => {
    const cases = await member.farDates('hongyan')
    await countyWorks()
    // Clocks that no number names are refused at the door; all else is a case, which the county has as well.
    expect(cases.map(({ outcome }) => outcome)).toEqual(['stored', 'refused', 'refused', 'stored', 'stored'])
    for (const { id, outcome } of cases)
      await untilTrue(async () => {
        const { status } = await hub.api.ask('GET', `/cases/${id}`)
        expect([id, status]).toEqual([id, outcome === 'stored' ? 200 : 404])
      })
  })

  test('N58 writes records in the name of other stations and of other people', async () => {
    const absence = {
      from: '2026-11-01',
      until: '2099-12-31',
      reason: '冒名',
      where: '',
      substitute: null,
      ended: false,
    }
    const id = `${TOWNSHIP}.x`
    await member.write([
      member.record('absence', id, { ...absence, station: TOWNSHIP, person: 'anchang.clerk' }),
      member.record('absence', `${VILLAGE}.y`, { ...absence, station: VILLAGE, person: 'chief' }),
    ])
    await countyWorks()
    const clerk = await signIn(township.machine.address, 'anchang.clerk', SAMPLE_PASSWORD)
    expect((await clerk.get('/absences')).text).not.toContain('冒名')
  })

  test('N58 names streams and logs that nobody has, without end', async () => {
    member.inventStreams(20_000)
    await countyWorks()
    if (member.raw.ended) await member.link()
  })

  test('N58 sends frames that unpack to a quarter of a gigabyte', async () => {
    for (let count = 0; count < 3; count++) {
      member.bomb()
      await untilTrue(() => expect(member.raw.ended).toBe(true))
      await member.link()
    }
    await countyWorks()
  })

  test('N58 signs entries of unknown kinds without end', async () => {
    for (let frame = 0; frame < 30; frame++) expect(await member.write(member.unknown(100))).toBe('stored')
    await countyWorks()
    expect(township.machine.isRunning()).toBe(true)
  })

  test('N58 says of other nodes what is not so, and of itself what no clock shows', async () => {
    const others = [await hub.api.sync(), await township.api.sync()].map(({ node }) => node as NodeId)
    member.forgeStatus([...others, member.raw.node], {
      age: Number.MAX_SAFE_INTEGER,
      clockOffset: Number.MAX_SAFE_INTEGER,
    })
    await countyWorks()
    const { body } = await hub.api.ask('GET', '/nodes')
    const versions = (body.nodes as readonly { node: string; version: string }[]).map(({ node, version }) => [
      node,
      version,
    ])
    expect(versions).not.toContainEqual([others[1], '9.9.9'])
  })

  test('N58 puts another account into a form that was accepted: what was accepted counts, and who changed it is seen', async () => {
    own = member.newCase()
    const [phone, stolen] = ['13800001111', '6222029999999999999']
    await member.acts(own, 'hongyan', [
      ['opened', { number: `${VILLAGE}-261120-KQX-0001-1`, item: 'SL0001', itemVersion: 1 }],
      ['captured', { applicant: '王芳', materials: 1, seals: [] }],
      ['offered', { to: TOWNSHIP, materials: 1 }],
    ])
    await untilTrue(async () => {
      const { state } = await township.api.view(own)
      expect(state.offer?.to).toBe(TOWNSHIP)
    })
    await township.api.act(own, 'taken', { materials: 1 })
    await township.api.done('PATCH', `/cases/${own}/sections/application`, { set: { applicant: '王芳', phone } })
    await bringAll(township.api, own)
    await township.api.act(own, 'received', { materials: 1 })
    await township.api.act(own, 'accepted', {})
    expect(await member.write([member.rewrite(own, { account: stolen })])).toBe('stored')
    for (const place of [township, hub])
      await untilTrue(async () => {
        const form = (await place.api.view(own)).sections.find(({ name }) => name === 'application')
        expect(form).toMatchObject({
          changedAfterSeal: true,
          sealed: { applicant: '王芳', phone: expect.stringMatching(/1111$/) },
        })
        expect(form?.changes).toMatchObject([
          { key: 'account', before: null, after: expect.stringMatching(/9999$/), station: VILLAGE },
        ])
      })
    await countyWorks()
  })

  test('N58 goes on signing after the county has revoked it: all of it is kept, nothing of it counts', async () => {
    await administrator.revoke(member.raw.node, '电脑被盗', 'lost')
    await untilTrue(() => expect(member.raw.ended).toBe(true))
    await member.linkToDeliver()
    await member.write([member.fact(own, 'noted', { text: '停用之后' })])
    for (const place of [township, hub])
      await untilTrue(async () => {
        const line = (await place.api.view(own)).state.story.find(({ fields }) => fields.text === '停用之后')
        expect(line?.aside?.reason).toBe('after-revocation')
      })
    await countyWorks()
  })
})
