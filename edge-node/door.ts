/** The door for other machines: every node shows who it is, takes requests to join below it and says where a node belongs. */
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { Placement } from '#protocol/engine/directory/placement.ts'
import type { Cryptography } from '#protocol/engine/ports/host.ts'
import type { Identity } from '#protocol/engine/ports/identity.ts'
import { fromHex, type NodeId, toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { type Failure, fail, type Result } from '#protocol/result.ts'
import {
  answerBytes,
  type Enrolled,
  helloBytes,
  JoinRequest,
  Nonce,
  type PlacementAnswer,
  PlacementQuestion,
  readMessage,
  ShownRecord,
  signHex,
} from '#protocol/transport/enrolment.ts'

export interface DoorOptions {
  readonly identity: Identity
  readonly cryptography: Cryptography
  /** Fingerprint of the certificate this node listens with; null on plain HTTP. */
  readonly certificate: string | null
  now(): number
  after(milliseconds: number, callback: () => void): () => void
  /** The records that say where a node belongs; undefined when they are not here. */
  placementOf(node: NodeId): Promise<Placement | undefined>
  /** The root knows a node again by the record that it signed itself; every other node has its directory from above. */
  recognise(carried: Uint8Array): Promise<Result<unknown>>
  /** The hub looks into its register; every other node asks its parent. */
  enrol(request: JoinRequest): Promise<Result<Enrolled>>
}

const NOTHING_KEPT = '没有登记,入网码没有因此失效'
const UNREADABLE = fail('request-unreadable', '入网请求格式不对', NOTHING_KEPT, '请把本机程序升级到与上级相同的版本')
const NO_PLACEMENT = fail(
  'placement-unknown',
  '这里没有该节点的上级登记',
  '没有改动',
  '请等这个节点与县中心同步后重试,或换一个地址',
)
const TOO_MANY_QUESTIONS = fail('too-many-questions', '询问过于频繁', '没有改动', '请等一分钟后再试')
const TOO_MANY = fail('too-many-attempts', '入网尝试过于频繁', NOTHING_KEPT, '请等一分钟后再试')

/** Routes GET /join/hello, GET /join/placement, POST /join/known and POST /join. */
export function createDoor(options: DoorOptions): Hono {
  const { identity, cryptography } = options
  const attempts = boundedAttempts(options.now)
  const mayAsk = boundedQuestions(options)
  const mayShow = boundedQuestions(options) // who floods one kind of question keeps nobody from the other
  const door = new Hono()

  door.get('/join/hello', async (context) => {
    const nonce = Nonce.safeParse(context.req.query('nonce'))
    if (!nonce.success) return context.json(UNREADABLE, 400)
    const shown = {
      node: identity.node,
      publicKey: toHex(identity.keys.publicKey),
      certificate: options.certificate,
    }
    if (!(await mayAsk())) return context.json({ problem: problemOf(TOO_MANY_QUESTIONS.problem) }, 429)
    const signature = await signHex(cryptography, identity.keys.privateKey, helloBytes(nonce.data, shown))
    return context.json({ ...shown, signature })
  })

  door.get('/join/placement', async (context) => {
    const node = PlacementQuestion.safeParse(context.req.query('node'))
    if (!(await mayAsk())) return context.json({ problem: problemOf(TOO_MANY_QUESTIONS.problem) }, 429)
    const placement = node.success ? await options.placementOf(node.data) : undefined
    if (!placement) return context.json({ problem: problemOf(NO_PLACEMENT.problem) }, 404)
    return context.json({ node: toHex(placement.node), parent: toHex(placement.parent) } satisfies PlacementAnswer)
  })

  door.post('/join/known', bodyLimit({ maxSize: LIMITS.placementBytes }), async (context) => {
    const known = readMessage(ShownRecord, await context.req.text())
    if (!known) return context.json({ problem: problemOf(UNREADABLE.problem) }, 400)
    if (!(await mayShow())) return context.json({ problem: problemOf(TOO_MANY_QUESTIONS.problem) }, 429)
    const result = await options.recognise(fromHex(known.node) ?? new Uint8Array())
    return result.ok ? context.json({}) : context.json({ problem: problemOf(result.problem) }, 403)
  })

  door.post('/join', bodyLimit({ maxSize: LIMITS.enrolmentBytes }), async (context) => {
    const request = readMessage(JoinRequest, await context.req.text())
    if (!request) return context.json({ problem: UNREADABLE.problem }, 400)
    const result = await attempts.during(() => options.enrol(request))
    if (!result) return context.json({ problem: TOO_MANY.problem }, 429)
    if (!result.ok) return context.json({ problem: problemOf(result.problem) }, 403)
    const enrolled = JSON.stringify(result.value)
    const signature = await signHex(cryptography, identity.keys.privateKey, answerBytes(request, enrolled))
    return context.json({ enrolled, signature })
  })
  return door
}

const problemOf = ({ code, message, kept, next }: Failure) => ({ code, message, kept, next })

/**
 * Whether a stranger's question is answered: a minute's worth of them at once, then one after the other as time allows;
 * it waits for its turn as long as whoever asks would. In memory, as wrong codes are counted.
 */
function boundedQuestions({ now, after }: DoorOptions): () => Promise<boolean> {
  const each = 60_000 / LIMITS.doorQuestionsPerMinute
  let due = 0
  return async () => {
    const time = now()
    // A clock that was set back must not keep everybody waiting.
    if (due > time + LIMITS.doorWaitMilliseconds + each) due = time
    const turn = Math.max(due, time - 60_000) + each
    if (turn > time + LIMITS.doorWaitMilliseconds) return false
    due = turn
    if (turn > time) await new Promise<void>((resolve) => void after(turn - time, resolve))
    return true
  }
}

interface Attempts {
  /** Decides a request in its turn; undefined when too many wrong codes came in this minute, or too many wait. */
  during(decide: () => Promise<Result<Enrolled>>): Promise<Result<Enrolled> | undefined>
}

/** A guess meets an unknown code; every other refusal speaks of a code that was once made. */
const isGuess = (result: Result<Enrolled>) =>
  !result.ok && ['code-unknown', 'proof-invalid'].includes(result.problem.code)

/**
 * Counts wrong codes in whole minutes; in memory, because a restart costs an attacker more than a minute. A request that
 * could make one too many waits until those before it are decided: a county that opens all its points at once is not held up.
 */
function boundedAttempts(now: () => number): Attempts {
  let minute = -1
  let wrong = 0
  let deciding = 0
  const waiting: (() => void)[] = []
  const wrongThisMinute = () => {
    const current = Math.floor(now() / 60_000)
    if (current !== minute) [minute, wrong] = [current, 0]
    return wrong
  }
  const mayTry = async () => {
    while (wrongThisMinute() + deciding >= LIMITS.enrolmentAttemptsPerMinute) {
      if (deciding === 0 || waiting.length >= LIMITS.enrolmentCodes) return false
      await new Promise<void>((resolve) => waiting.push(resolve))
    }
    return true
  }
  return {
    async during(decide) {
      if (!(await mayTry())) return undefined
      deciding += 1
      try {
        const result = await decide()
        if (isGuess(result)) wrong = wrongThisMinute() + 1
        return result
      } finally {
        deciding -= 1
        for (const next of waiting.splice(0)) next()
      }
    },
  }
}
