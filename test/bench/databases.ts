/** Databases for the bench: a county is made in memory by real engines, and each node saved as a libSQL file. */
import { writeFile } from 'node:fs/promises'
import type { Engine } from '#protocol/engine/engine.ts'
import { openEngine } from '#protocol/engine/open.ts'
import type { Identity } from '#protocol/engine/ports/identity.ts'
import type { Change, Storage } from '#protocol/engine/ports/storage.ts'
import { fromHex, type NodeId, toHex } from '#protocol/ids.ts'
import { openLibsql } from '#protocol/storage/libsql.ts'
import type { MemoryStorage } from '#protocol/storage/memory.ts'
import { keysFromPem, keysToPem, nodeHost } from '#protocol/transport/node-host.ts'
import { MONDAY, morningOf, runningHost } from '#test/clock/host.ts'
import { type Node, VERSION } from '#test/engine/county.ts'
import { value } from './workload.ts'

/** A node as another process opens it: its database file and who it is. */
export interface SavedNode {
  readonly file: string
  readonly pem: string
  readonly lease: number
  readonly root: { readonly node: NodeId; readonly publicKey: string }
  readonly parent: { readonly node: NodeId; readonly publicKey: string; readonly name: string } | null
}

/** Saves a node of a county in memory, and what is to be added to it. */
export async function saveNode(node: Node, file: string, more: Iterable<Change> = []): Promise<SavedNode> {
  const steps = (node.storage as MemoryStorage).snapshot().steps.filter((step) => step !== 'drop-computed')
  const storage = await openLibsql(file)
  if (steps.length > 0) await storage.commit(merge(steps))
  for (const change of more) await storage.commit(change)
  await storage.close()
  return savedAs(node.identity, file)
}

/** What another process needs to open a node whose database is in a file. */
export function savedAs({ root, parent, lease, keys }: Identity, file: string): SavedNode {
  return {
    file,
    pem: keysToPem(keys),
    lease,
    root: { node: root.node, publicKey: toHex(root.publicKey) },
    parent: parent && { ...parent, publicKey: toHex(parent.publicKey) },
  }
}

/** Many commits as one: what lies on the disk afterwards is the same. */
function merge(changes: readonly Change[]): Change {
  return {
    cuts: [],
    packs: changes.flatMap(({ packs }) => packs),
    places: changes.flatMap(({ places }) => places),
    heads: lastOf(
      changes.flatMap(({ heads }) => heads),
      ({ key }) => key,
    ),
    cases: lastOf(
      changes.flatMap(({ cases }) => cases),
      ({ id }) => id,
    ),
    unopened: changes.flatMap(({ unopened }) => unopened),
    receipts: changes.flatMap(({ receipts }) => receipts),
    forgotten: [],
    directory: changes.flatMap(({ directory }) => directory),
    local: lastOf(
      changes.flatMap(({ local }) => local),
      ({ space, key }) => `${space}\n${key}`,
    ),
  }
}

const lastOf = <Row>(rows: readonly Row[], key: (row: Row) => string): Row[] => [
  ...new Map(rows.map((row) => [key(row), row])).values(),
]

export interface OpenedNode {
  readonly engine: Engine
  readonly storage: Storage
  readonly identity: Identity
}

const keyBytes = (hex: string): Uint8Array => fromHex(hex) ?? new Uint8Array()

/** Opens a saved node over its file, as the program does. */
export async function openSaved(saved: SavedNode, file = saved.file): Promise<OpenedNode> {
  const keys = keysFromPem(saved.pem)
  if (!keys) throw new Error('a saved key is readable')
  const identity: Identity = {
    node: Buffer.from(nodeHost.cryptography.sha256(keys.publicKey).subarray(0, 16)).toString('hex') as NodeId,
    keys,
    lease: saved.lease,
    root: { node: saved.root.node, publicKey: keyBytes(saved.root.publicKey) },
    parent: saved.parent && { ...saved.parent, publicKey: keyBytes(saved.parent.publicKey) },
  }
  const storage = await openLibsql(file)
  return { engine: await engineOver(storage, identity), storage, identity }
}

/** An engine as the bench opens all of them, on the working day after everything was made: nothing ever rotates. */
export async function engineOver(storage: Storage, identity: Identity): Promise<Engine> {
  // What is captured beside a long way behind goes into a new log (S128).
  const rotated = async () => {}
  const host = runningHost(morningOf(MONDAY))
  const known = { storage, host, identity, incarnation: identity.lease, version: VERSION }
  return value(await openEngine({ ...known, rotated }))
}

/** Writes the payload of the floor: every entry's record bytes with its length before it. */
export async function writePayload(file: string, records: readonly Uint8Array[]): Promise<void> {
  const parts: Buffer[] = []
  for (const record of records) {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(record.length)
    parts.push(length, Buffer.from(record))
  }
  await writeFile(file, Buffer.concat(parts))
}

/** The records of a payload. */
export function readPayload(bytes: Buffer): Buffer[] {
  const records: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at)
    records.push(bytes.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  return records
}
