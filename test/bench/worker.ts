/** The process side of the bench: one bundle, started in a role, that answers questions until it is let go. */
import type { LogKey } from '#protocol/ids.ts'
import { monotonic } from '#test/clock/monotonic.ts'
import { type OpenedNode, openSaved, type SavedNode } from './databases.ts'
import { type Floor, sendToFloor, serveFloor } from './floor.ts'
import { foldRole } from './folding.ts'
import {
  type AwaitedHeight,
  captureUntilSafe,
  connectUp,
  type ListeningNode,
  listenForLinks,
  untilFound,
} from './linked-node.ts'
import { linksRole } from './links-client.ts'
import { longCaseRole } from './long-case.ts'
import { type LastCase, makeFewChanged, makeOffline, makeSettled } from './make.ts'
import { makeGrowing } from './make-growing.ts'
import { makeProgram, makeSaved } from './make-program.ts'
import { hocuspocusClientRole, hocuspocusServerRole } from './peers/hocuspocus.ts'
import { pouchClientRole, pouchServerRole } from './peers/pouchdb.ts'
import { stormRole } from './storm-client.ts'
import { answerQuestions, type Commands } from './worker-port.ts'

function nodeRole(): Commands {
  let node: OpenedNode | undefined
  let listening: ListeningNode | undefined
  let found: Promise<number> | undefined
  const opened = () => {
    if (!node) throw new Error('the node is not open')
    return node
  }
  return {
    async open({ saved, file }: { saved: SavedNode; file: string }) {
      node = await openSaved(saved, file)
    },
    async listen() {
      listening = await listenForLinks(opened())
      return listening.port
    },
    async watchFor(wanted: LastCase) {
      found = untilFound(opened(), wanted)
      found.catch(() => undefined) // told to whoever asks
    },
    found: () => found ?? Promise.reject(new Error('nothing is watched for')),
    bytes: async () => listening?.bytes(),
    reported: async () => listening?.reported,
    async rebuild() {
      const { engine, storage } = opened()
      let [reports, cases] = [0, 0]
      const begun = monotonic()
      await engine.rebuild(() => {
        reports += 1
      })
      const seconds = (monotonic() - begun) / 1_000
      for (const count of (await storage.countByStage([])).values()) cases += count
      return { seconds, reports, cases, peakMegabytes: process.resourceUsage().maxRSS / 1_024 }
    },
    // What a log's height is on the disk, whatever was said of it.
    heightOf: async ({ log }: { log: LogKey }) =>
      (await opened().storage.load()).heads.find(({ key }) => key === log)?.height ?? 0,
    capture: () => captureUntilSafe(opened()),
    async close() {
      await opened().engine.stop()
      await opened().storage.close()
    },
    connect: ({ port, awaited }: { port: number; awaited: AwaitedHeight | 'live' }) =>
      connectUp(opened(), port, awaited),
  }
}

function floorServerRole(): Commands {
  let floor: Floor | undefined
  return {
    async listen({ file }: { file: string }) {
      floor = await serveFloor(file)
      return floor.port
    },
    insert: async ({ times }: { times: number }) => floor?.insertEach(times),
  }
}

const ROLES: Readonly<Record<string, () => Commands>> = {
  node: nodeRole,
  'node-parent': nodeRole,
  'node-child': nodeRole,
  'floor-server': floorServerRole,
  'floor-client': () => ({
    send: ({ port, payload }: { port: number; payload: string }) => sendToFloor(port, payload),
  }),
  maker: () => ({
    offline: makeOffline,
    settled: makeSettled,
    'few-changed': makeFewChanged,
    program: makeProgram,
    saved: makeSaved,
    growing: makeGrowing,
  }),
  'storm-client': stormRole,
  'links-client': linksRole,
  folder: foldRole,
  'long-case': longCaseRole,
  'pouchdb-server': pouchServerRole,
  'pouchdb-client': pouchClientRole,
  'hocuspocus-server': hocuspocusServerRole,
  'hocuspocus-client': hocuspocusClientRole,
}

const role = ROLES[process.argv[2] ?? '']
if (!role) throw new Error(`no role ${process.argv[2]}`)
answerQuestions(role())
