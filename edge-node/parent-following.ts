/** Following the parent while the program runs: the county's record, another program's change, and asking around when it is gone. */
import type { Log } from '#edge-node/log.ts'
import type { Parent } from '#edge-node/parent.ts'
import { showRecord } from '#edge-node/parent-call.ts'
import { learnAt, type Moved, type Mover, moveTo } from '#edge-node/parent-move.ts'
import { appendAll } from '#protocol/append-all.ts'
import type { Engine } from '#protocol/engine/engine.ts'
import type { Cryptography } from '#protocol/engine/ports/host.ts'
import { StorageFailure } from '#protocol/engine/ports/storage.ts'
import { fromHex, type NodeId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { Failure, Result } from '#protocol/result.ts'

export interface FollowingOptions {
  readonly engine: Pick<Engine, 'office' | 'changeParent'>
  readonly node: NodeId
  readonly parent: Parent
  readonly cryptography: Cryptography
  readonly log: Log
  /** Milliseconds on a clock that nobody sets. */
  elapsed(): number
  after(milliseconds: number, callback: () => void): () => void
  /** Told of bugs; the program ends. */
  failed(error: unknown): void
}

export interface Following {
  /** Takes up at once what the command has written in this folder; also done every LIMITS.wakeCheckMilliseconds. */
  beforeCalling(): void
  /** After a round in which no address led to the parent: asks others where this node belongs now and then. */
  unreached(): Promise<void>
  /** The parent does not know this node: it is shown the record that the root signed, which a root that lost its own takes. */
  unknown(): Promise<void>
  /** A link to the parent lived until now. */
  reached(): void
  /** Why the parent that the county names is not taken yet; undefined when it is. */
  notTaken(): Failure | undefined
  /** Goes to an address that a person names. */
  moveTo(text: string): Promise<Result<Moved>>
  /** Calls back when there is another parent or another address to try. */
  watch(listener: () => void): void
  stop(): void
}

/** Follows the parent until it is stopped. */
export function followParent(options: FollowingOptions): Following {
  const { engine, node, parent, log } = options
  const { directory } = engine.office
  const listeners: (() => void)[] = []
  let seen = { parent: parent.current().node, own: -1, above: -1 }
  let notTaken: Failure | undefined
  let quietSince = options.elapsed()
  const own = () => directory.node(node)
  const mover: Mover = { ...options, knownVersion: (one) => directory.node(one)?.version ?? 0 }

  const changed = () => {
    const { node: above, name, publicKey } = parent.current()
    engine.changeParent({ node: above, name, publicKey: fromHex(publicKey) ?? new Uint8Array() })
    for (const listener of listeners) listener()
  }
  /** What came of a move is done: the engine goes on below the parent that is now kept. */
  const done = (moved: Result<Moved>, where: string): Result<Moved> => {
    if (!moved.ok) log.debug({ where, code: moved.problem.code }, 'nothing learnt about the parent')
    else if (moved.value.is !== 'known') {
      log.info({ where, parent: moved.value.parent.node, is: moved.value.is }, 'the parent is reached elsewhere')
      changed()
    }
    return moved
  }
  /** The county stream may name another parent, or say more of the present one. */
  const look = async () => {
    const record = own()
    const above = record?.parent ? directory.node(record.parent) : undefined
    if (!record || !above) return
    const now = { parent: parent.current().node, own: record.version, above: above.version }
    if (now.parent === seen.parent && now.own === seen.own && now.above === seen.above) return
    seen = now
    const placement = await engine.office.placementOf(node)
    const accepted = placement && (await parent.accept(placement, mover.knownVersion))
    notTaken = accepted?.ok === false ? accepted.problem : undefined
    if (accepted?.ok === false) log.warn({ ...accepted.problem }, 'the parent that the county names is not taken')
    else if (accepted?.value === 'changed') changed()
  }
  let looking = Promise.resolve()
  const lookSoon = () => {
    looking = looking.then(look).catch((error: unknown) => {
      if (error instanceof StorageFailure)
        seen = { ...seen, own: -1 } // the disk refused to be read: again in a while, or with the next news
      else options.failed(error)
    })
  }
  const askAbove = async () => {
    for (const address of addressesAbove(options)) if (isNews(done(await learnAt(mover, { address }), address))) return
  }
  const takeUp = () => {
    if (parent.refresh()) changed()
  }
  // A person waits for what the command did, and an open link or a pause after a refusal can last for days.
  const repeated = [
    repeat(options, LIMITS.wakeCheckMilliseconds, async () => {
      takeUp()
      if (seen.own === -1) lookSoon()
    }),
    repeat(options, LIMITS.parentQuestionMilliseconds, askAbove),
  ]
  const unwatch = engine.office.watch(({ directory: news }) => news && lookSoon())
  lookSoon()
  return {
    beforeCalling: takeUp,
    reached() {
      quietSince = options.elapsed()
    },
    async unreached() {
      const replaced = parent.addresses().filter((one) => parent.problemAt(one)?.code === 'parent-not-genuine')
      const isLong = options.elapsed() - quietSince >= LIMITS.parentSearchMilliseconds
      if (isLong) quietSince = options.elapsed()
      for (const address of replaced) if (isNews(done(await moveTo(mover, address), address))) return
      if (isLong) await askAbove()
    },
    unknown: () => showItself(options),
    notTaken: () => notTaken,
    moveTo: async (text) => done(await moveTo(mover, text), text),
    watch: (listener) => void listeners.push(listener),
    stop() {
      unwatch()
      for (const stop of repeated) stop()
    },
  }
}

/** Shows the parent this node's record, if it can be read: with the next refusal it is tried again. */
async function showItself({ engine, node, parent, log }: FollowingOptions): Promise<void> {
  const placement = await engine.office.placementOf(node).catch((problem: unknown) => {
    if (!(problem instanceof StorageFailure)) throw problem // the node's health says that the disk refuses
  })
  if (!placement) return
  const known = await parent.at(parent.current().address)
  const shown = known.ok ? await showRecord(known.value, placement.node) : known
  if (shown.ok) log.info({}, 'the parent knows this node again')
  else log.debug({ code: shown.problem.code }, 'the parent does not know this node')
}

/** Does a work again and again, so long after it was done; what is given back ends that, also while it is being done. */
function repeat({ after, failed }: FollowingOptions, milliseconds: number, work: () => Promise<void>): () => void {
  let stopped = false
  let cancel = () => {}
  const next = () => {
    if (!stopped) cancel = after(milliseconds, () => void work().then(next, failed))
  }
  next()
  return () => {
    stopped = true
    cancel()
  }
}

const isNews = (moved: Result<Moved>): boolean => moved.ok && moved.value.is !== 'known'

/** Where the nodes above are reached, the nearest first: the parent's own addresses have been tried. */
function addressesAbove({ engine, node, parent }: FollowingOptions): readonly string[] {
  const { directory } = engine.office
  const tried = new Set(parent.addresses())
  const above: string[] = []
  const visited = new Set<NodeId>([node])
  let next = directory.node(parent.current().node)?.parent ?? directory.nodes().find((one) => one.parent === null)?.id
  while (next && !visited.has(next)) {
    visited.add(next)
    const record = directory.node(next)
    appendAll(above, record?.addresses ?? [])
    next = record?.parent ?? undefined
  }
  return above.filter((address) => !tried.has(address))
}
