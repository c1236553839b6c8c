/** The record outside the database on a real disk. */
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { LogKey, NodeId } from '#protocol/ids.ts'
import { judgeDatabase, type Sidecar } from '#protocol/log/incarnation.ts'
import { fileIdentityOf, readSidecar, writeSidecar } from '#protocol/storage/sidecar.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sidecar-'))
  path = join(folder, 'node.sidecar')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const node = 'a'.repeat(32) as NodeId
const sidecar = (seq: number): Sidecar => ({
  node,
  incarnation: 5,
  boots: 3,
  ownHeads: { [`${node}/5/510724101` as LogKey]: { seq, hash: '1'.repeat(64) } },
  identity: { device: '1', inode: '100', born: null, machine: null },
})

test('D35 the record is read as it was written, for its owner only, with nothing left beside it', async () => {
  expect(await readSidecar(path)).toEqual({ state: 'missing' })
  await writeSidecar(path, sidecar(1))
  await writeSidecar(path, sidecar(2))
  expect(await readSidecar(path)).toEqual({ state: 'present', sidecar: sidecar(2) })
  expect(readdirSync(folder)).toEqual(['node.sidecar'])
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('D35 a write that the system refuses leaves the record as it was, and nothing beside it', async () => {
  mkdirSync(path) // a folder in its place: nothing is renamed over it
  await expect(writeSidecar(path, sidecar(1))).rejects.toMatchObject({ fault: 'other' })
  expect(readdirSync(folder)).toEqual(['node.sidecar'])
})

test('D36 a record with any byte changed or missing is reported as damaged', async () => {
  await writeSidecar(path, sidecar(1))
  const sound = readFileSync(path)
  for (let at = 0; at < sound.length - 1; at += 7) {
    const changed = Buffer.from(sound)
    changed[at] = (changed[at] as number) ^ 1
    writeFileSync(path, changed)
    expect(await readSidecar(path)).toMatchObject({ state: 'damaged' })
    writeFileSync(path, sound.subarray(0, at))
    expect(await readSidecar(path)).toMatchObject({ state: 'damaged' })
  }
  rmSync(path)
  expect(await readSidecar(folder)).toMatchObject({ state: 'damaged' })
})

test('D36 a record that cannot be written is a storage failure', async () => {
  await expect(writeSidecar(join(folder, 'missing', 'x'), sidecar(1))).rejects.toMatchObject({ fault: 'other' })
})

test('D32 a copied file has another identity, the same file keeps its own', async () => {
  const original = join(folder, 'node.db')
  writeFileSync(original, 'x')
  const identity = await fileIdentityOf(original)
  writeFileSync(original, 'longer')
  expect(await fileIdentityOf(original)).toEqual(identity)
  copyFileSync(original, join(folder, 'copy.db'))
  const claim = {
    node,
    incarnation: 5,
    ownHeads: sidecar(1).ownHeads,
    identity: await fileIdentityOf(join(folder, 'copy.db')),
  }
  const verdict = judgeDatabase({ state: 'present', sidecar: { ...sidecar(1), identity } }, claim)
  expect(verdict).toEqual({ verdict: 'moved', rotate: true })
})
