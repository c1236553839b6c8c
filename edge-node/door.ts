/** The door for other machines: every node shows who it is, takes requests to join below it and says where a node belongs. */
import { type ErrorHandler, Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { limitBody } from '#edge-node/body-limit.ts'
import { failureOf } from '#edge-node/desk/api/statuses.ts'
import { textInTurn } from '#edge-node/turns.ts'
import type { Placement } from '#protocol/engine/directory/placement.ts'
import type { Cryptography } from '#protocol/engine/ports/host.ts'
import type { Identity } from '#protocol/engine/ports/identity.ts'
import { fromHex, type NodeId, toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { type Failure, fail, type Result } from '#protocol/result.ts'
import { createBudget } from '#protocol/transport/budgets.ts'
import { type Caller, callerOf, isBrokenOff } from '#protocol/transport/callers.ts'
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
  /** Fingerprint of the certificate this node listens with now; null on plain HTTP. */
  certificate(): string | null
  now(): number
  after(milliseconds: number, callback: () => void): () => void
  /** The records that say where a node belongs; undefined when they are not here. */
  placementOf(node: NodeId): Promise<Placement | undefined>
  /** The root knows a node again by the record that it signed itself; every other node has its directory from above. */
  recognise(carried: Uint8Array): Promise<Result<unknown>>
  /** Whether requests to join are handed on to a parent, which counts all their wrong codes as this node's. */
  readonly relays: boolean
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
const TOO_MANY_QUESTIONS = fail('too-many-questions', '从这个地址来的询问过于频繁', '没有改动', '请等一分钟后再试')
const TOO_MANY = fail('too-many-attempts', '从这个地址来的错误入网码过多', NOTHING_KEPT, '请等一分钟后再试')

/** Routes GET /join/hello, GET /join/placement, POST /join/known and POST /join. */
export function createDoor(options: DoorOptions): Hono {
  const { identity, cryptography } = options
  const attempts = boundedAttempts(options)
  const mayAsk = boundedQuestions(options)
  const mayShow = boundedQuestions(options) // whoever floods one kind of question keeps nobody from the other
  const door = new Hono()

  door.get('/join/hello', async (context) => {
    const nonce = Nonce.safeParse(context.req.query('nonce'))
    if (!nonce.success) return context.json(UNREADABLE, 400)
    const shown = {
      node: identity.node,
      publicKey: toHex(identity.keys.publicKey),
      certificate: options.certificate(),
    }
    if (!(await mayAsk(callerOf(context)))) return context.json(TOO_MANY_QUESTIONS, 429)
    const signature = await signHex(cryptography, identity.keys.privateKey, helloBytes(nonce.data, shown))
    return context.json({ ...shown, signature })
  })

  door.get('/join/placement', async (context) => {
    const node = PlacementQuestion.safeParse(context.req.query('node'))
    if (!(await mayAsk(callerOf(context)))) return context.json(TOO_MANY_QUESTIONS, 429)
    const placement = node.success ? await options.placementOf(node.data) : undefined
    if (!placement) return context.json({ problem: problemOf(NO_PLACEMENT.problem) }, 404)
    return context.json({ node: toHex(placement.node), parent: toHex(placement.parent) } satisfies PlacementAnswer)
  })

  door.post('/join/known', limitBody(LIMITS.placementBytes), async (context) => {
    if (!(await mayShow(callerOf(context)))) return context.json(TOO_MANY_QUESTIONS, 429)
    const known = readMessage(ShownRecord, await textInTurn(context))
    if (!known) return context.json({ problem: problemOf(UNREADABLE.problem) }, 400)
    const result = await options.recognise(fromHex(known.node) ?? new Uint8Array())
    return result.ok ? context.json({}) : context.json({ problem: problemOf(result.problem) }, 403)
  })

  door.post('/join', limitBody(LIMITS.enrolmentBytes), async (context) => {
    const request = readMessage(JoinRequest, await textInTurn(context))
    if (!request) return context.json({ problem: UNREADABLE.problem }, 400)
    const result = await attempts.during(callerOf(context), () => options.enrol(request))
    if (!result) return context.json({ problem: TOO_MANY.problem }, 429)
    if (!result.ok) return context.json({ problem: problemOf(result.problem) }, 403)
    const enrolled = JSON.stringify(result.value)
    const signature = await signHex(cryptography, identity.keys.privateKey, answerBytes(request, enrolled))
    return context.json({ enrolled, signature })
  })
  return door
}

/** What a door answers when something fails; whoever went away before all was said is no fault. */
export const faultAnswer =
  (onFault: (error: unknown) => void): ErrorHandler =>
  (error, context) => {
    if (error instanceof HTTPException) return error.getResponse()
    if (!isBrokenOff(context, error)) onFault(error)
    return context.json({ problem: failureOf(error) }, 500)
  }

const problemOf = ({ code, message, kept, next }: Failure) => ({ code, message, kept, next })

/** Whether a stranger's question is answered; it waits for its turn as long as whoever asks would. */
function boundedQuestions({ now, after }: DoorOptions): (caller: Caller) => Promise<boolean> {
  const shares = { each: LIMITS.doorQuestionsPerMinute, all: LIMITS.doorQuestionsInAllPerMinute }
  const budget = createBudget(shares, LIMITS.doorWaitMilliseconds)
  return async (caller) => {
    const wait = budget.take(caller, now())
    if (wait !== undefined && wait > 0) await new Promise<void>((resolve) => void after(wait, resolve))
    return wait !== undefined
  }
}

interface Attempts {
  /** Decides a request in its turn; undefined when too many wrong codes came from its caller, or too many wait. */
  during(caller: Caller, decide: () => Promise<Result<Enrolled>>): Promise<Result<Enrolled> | undefined>
}

/** A guess meets an unknown code; every other refusal speaks of a code that was once made. */
const isGuess = (result: Result<Enrolled>) =>
  !result.ok && ['code-unknown', 'proof-invalid'].includes(result.problem.code)

/** Requests of one caller that are here: some are being decided, some wait because each could be one wrong code too many. */
interface Queue {
  here: number
  deciding: number
  readonly waiting: (() => void)[]
}

/**
 * Counts wrong codes. A request that could make one too many waits until those before it are decided: a county that
 * opens all its points at once is not held up. In memory, because a restart costs an attacker more than a minute.
 */
function boundedAttempts({ now, relays }: DoorOptions): Attempts {
  const each = relays ? LIMITS.relayedAttemptsPerMinute : LIMITS.enrolmentAttemptsPerMinute
  const budget = createBudget({ each, all: LIMITS.enrolmentAttemptsInAllPerMinute })
  const queues = new Map<Caller, Queue>()
  /** Whether it may be decided; counts it among those being decided in the same turn, so that the next one waits for it. */
  const mayTry = async (caller: Caller, queue: Queue) => {
    while (budget.take(caller, now()) === undefined) {
      if (queue.deciding === 0 || queue.waiting.length >= LIMITS.enrolmentCodes) return false
      await new Promise<void>((resolve) => queue.waiting.push(resolve))
    }
    queue.deciding += 1
    return true
  }
  const decided = async (caller: Caller, queue: Queue, decide: () => Promise<Result<Enrolled>>) => {
    let wasGuess = false
    try {
      const result = await decide()
      wasGuess = isGuess(result)
      return result
    } finally {
      if (!wasGuess) budget.giveBack(caller) // nor does what fails here count against whoever asked
      queue.deciding -= 1
      for (const next of queue.waiting.splice(0)) next()
    }
  }
  return {
    async during(caller, decide) {
      const queue = queues.get(caller) ?? { here: 0, deciding: 0, waiting: [] }
      queues.set(caller, queue)
      queue.here += 1
      try {
        return (await mayTry(caller, queue)) ? await decided(caller, queue, decide) : undefined
      } finally {
        queue.here -= 1
        if (queue.here === 0) queues.delete(caller)
      }
    },
  }
}
