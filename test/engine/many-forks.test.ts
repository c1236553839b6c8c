/** A member that writes many logs in two versions keeps nobody out but itself. */
import { expect, test } from 'vitest'
import { type LogKey, logParts, streamOf, toHex } from '#protocol/ids.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import { connect, type Node, openCounty, person, publish, SECOND_VILLAGE, until, VILLAGE } from './county.ts'
import { headOf } from './other-version.ts'
import { draft, frameOf, RawNode } from './raw-node.ts'
import { cutAll } from './restoring.ts'

const LOGS = 60

/** A county whose second village has shown the county and the township another version of each of its logs. */
async function manyForks() {
  const { root, township, village } = await openCounty()
  const raw = new RawNode(SECOND_VILLAGE)
  raw.versions = [1, 2]
  await publish(root, [raw.record(township.identity.node, 9)])
  const first = [connect(township, root)]
  await until('the member is known', () => township.engine.office.directory.node(raw.node) !== undefined)
  first.push(connect(village, township))
  await until('all know their stations', () => village.engine.office.stations.length === 1)
  await cutAll(first)
  for (const node of [root, township]) {
    raw.heads.clear()
    await raw.link(node)
    for (let made = 0; made < LOGS; made += 20) {
      const logs = Array.from({ length: 20 }, (_, index) => ({ incarnation: made + index + 1 }))
      const written = await Promise.all(
        logs.map((one) => raw.write(streamOf(SECOND_VILLAGE), [draft(SECOND_VILLAGE)], one)),
      )
      raw.send(frameOf(written.flat()))
      await raw.stored(made / 20 + 1)
    }
    raw.cut()
  }
  return { root, township, village, raw }
}

/** What a node holds of the logs of another one. */
async function held(node: Node, author: RawNode): Promise<Record<LogKey, string>> {
  const { heads } = await node.storage.load()
  const theirs = heads.filter(({ key }) => logParts(key).node === author.node)
  return Object.fromEntries(theirs.map(({ key, height, hash }) => [key, `${height} ${toHex(hash)}`]))
}

test('S33 the forks of many logs are settled on one link, and no link ends for them', async () => {
  const { root, township, village, raw } = await manyForks()
  const wanted = await held(root, raw)
  expect(Object.keys(wanted)).toHaveLength(LOGS)
  expect(await held(township, raw)).not.toEqual(wanted)
  const ends: string[] = []
  for (const link of [connect(village, township), connect(township, root)])
    void link.ended.then(({ reason }) => ends.push(reason))
  const { office } = village.engine
  const { id } = value(await office.openCase(person(VILLAGE, ['agent']), 'SL0001'))
  await until(
    'the case of the other village is at the county',
    async () => (await office.safetyOf([id])).get(id) === 'root',
  )
  await until('one version is left of each log', async () => {
    const now = await held(township, raw)
    return Object.keys(wanted).every((log) => now[log as LogKey] === wanted[log as LogKey])
  })
  expect(ends).toEqual([])
  // What the township gave way with is carried in its own log, and the county holds that.
  await until('it is at the county', async () => {
    const [own] = (await township.storage.load()).heads.filter(
      ({ key }) => key === `${township.identity.node}/${township.engine.incarnation}/${streamOf(SECOND_VILLAGE)}`,
    )
    return own !== undefined && own.height >= LOGS && (await headOf(root, own.key))?.height === own.height
  })
})

test('S33 a peer that had sent on in the version that ended is let go, and nobody is accused', async () => {
  const { root, township, raw } = await manyForks()
  const wanted = await held(root, raw)
  await raw.link(township)
  const link = connect(township, root)
  await until('one version is left of each log', async () => {
    const now = await held(township, raw)
    return Object.keys(wanted).every((log) => now[log as LogKey] === wanted[log as LogKey])
  })
  raw.send(frameOf(await raw.write(streamOf(SECOND_VILLAGE), [draft(SECOND_VILLAGE)], { incarnation: 1 })))
  expect(await raw.refusal()).toBe('stopping')
  const { findings } = await township.engine.office.status()
  expect(findings.map(({ kind }) => kind)).not.toContain('refused')
  link.cut()
})
