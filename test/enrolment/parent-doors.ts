/** Doors of nodes on ports of their own, and a folder below a parent, as the tests of finding the parent again use them. */
import { expect, onTestFinished } from 'vitest'
import type { Certificate } from '#edge-node/certificate.ts'
import { createDoor } from '#edge-node/door.ts'
import { type Enrolment, readEnrolment, writeEnrolment } from '#edge-node/identity.ts'
import { createParent } from '#edge-node/parent.ts'
import type { Mover } from '#edge-node/parent-move.ts'
import { createNodeServer, listen } from '#edge-node/server.ts'
import type { NodeRecord } from '#protocol/casework/directory.ts'
import { toHex } from '#protocol/ids.ts'
import { fail, success } from '#protocol/result.ts'
import { nodeHost } from '#protocol/transport/node-host.ts'
import { type County, type Node, publish } from '#test/engine/county.ts'
import { temporaryFolder } from './folder.ts'

export const cryptography = nodeHost.cryptography
export const NOBODY = 'http://127.0.0.1:1/'

interface DoorOptions {
  readonly certificate?: Certificate
  /** What its hello claims, when it differs. */
  readonly claimed?: string
  /** Whose records it hands out; its own when not given. */
  readonly records?: Node
}

/** The door of a node on a port of its own; counts what it was asked. */
export async function openDoor(node: Node, { certificate, claimed, records = node }: DoorOptions = {}) {
  const asked: string[] = []
  const door = createDoor({
    identity: node.identity,
    cryptography,
    certificate: () => claimed ?? certificate?.fingerprint ?? null,
    recognise: async () => success('known'),
    relays: false,
    now: () => 0,
    after: nodeHost.after,
    placementOf: records.engine.office.placementOf,
    enrol: async () => fail('unused', '', '', ''),
  })
  const fetch = (request: Request) => {
    asked.push(new URL(request.url).pathname)
    return door.fetch(request)
  }
  const server = createNodeServer(fetch, certificate ?? null)
  const listening = await listen(server, '127.0.0.1', 0, certificate !== undefined)
  if (!listening.ok) throw new Error(listening.problem.message)
  onTestFinished(() => listening.value.close())
  return { address: `${listening.value.address}/`, asked }
}

/** The folder of the village, as enrolment left it, and its parent as the program knows it. */
export function below(
  county: County,
  parent: Node,
  change: Partial<NonNullable<Enrolment['parent']>>,
  told: string[] = [],
) {
  const folder = temporaryFolder()
  const { node, keys, root, lease } = county.village.identity
  const enrolment: Enrolment = {
    node,
    lease,
    root: { node: root.node, publicKey: toHex(root.publicKey) },
    county: '安县',
    parent: {
      node: parent.identity.node,
      publicKey: toHex(parent.identity.keys.publicKey),
      name: '安昌镇',
      address: NOBODY,
      certificate: null,
      ...change,
    },
  }
  writeEnrolment(folder, enrolment)
  const options = { folder, keys, enrolment, cryptography, told: () => told }
  const mover: Mover = { parent: createParent(options), node, cryptography, knownVersion: () => 0 }
  const kept = () => {
    const read = readEnrolment(folder, keys)
    return read.ok ? read.value?.parent : undefined
  }
  return {
    folder,
    options,
    mover,
    parent: mover.parent,
    kept,
  }
}

export const recordOf = (root: Node, of: Node): NodeRecord =>
  root.engine.office.directory.node(of.identity.node) ?? expect.fail('not registered')

/** The county says where nodes are reached, and moves the village below one of them. */
export const name = async ({ root, village }: County, parent: Node, addresses: readonly string[]): Promise<void> =>
  publish(root, [
    { ...recordOf(root, village), parent: parent.identity.node },
    { ...recordOf(root, parent), addresses },
  ])
