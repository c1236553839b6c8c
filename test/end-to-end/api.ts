/** The JSON API of a machine as a department system calls it, through outages of the machine. */
import type { z } from '@hono/zod-openapi'
import type { CasePageShape, CaseRowShape, SyncShape } from '#edge-node/desk/api/shapes.ts'
import { SAMPLE_PASSWORD } from '#hub/samples/sample.ts'
import type { CaseView } from '#protocol/engine/office.ts'
import { untilTrue } from '#test/programs/process.ts'

export interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}
export type Row = z.infer<typeof CaseRowShape>
type Page = z.infer<typeof CasePageShape>
export type Sync = z.infer<typeof SyncShape>

/** The machine did not answer: what was asked may or may not have happened. */
export class Lost extends Error {}

/** The machine answered that it will not. */
export class Refused extends Error {
  readonly answer: Answer
  constructor(what: string, answer: Answer) {
    super(`${what}: ${answer.status} ${JSON.stringify(answer.body)}`)
    this.answer = answer
  }
}

export interface Api {
  /** One request; throws {@link Lost} without an answer. */
  ask(method: string, path: string, body?: object, key?: string): Promise<Answer>
  /** One request that must be answered with 200; throws {@link Refused}. */
  done(method: string, path: string, body?: object, key?: string): Promise<Answer['body']>
  /** An act that must succeed. */
  act(id: string, kind: string, fields: object, key?: string): Promise<string>
  view(id: string): Promise<CaseView>
  sync(): Promise<Sync>
  /** The first page of a list. */
  page(query: string): Promise<Page>
  /** Every case of a list, page by page. */
  rows(query: string): Promise<readonly Row[]>
}

const ANSWER_MILLISECONDS = 60_000

async function call(url: string, method: string, headers: Record<string, string>, body?: object): Promise<Answer> {
  try {
    const answer = await fetch(url, {
      method,
      headers: body === undefined ? headers : { ...headers, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(ANSWER_MILLISECONDS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: answer.status, body: (await answer.json()) as Answer['body'] }
  } catch (error) {
    throw new Lost(`${method} ${url}`, { cause: error })
  }
}

/** A node's answer to a sign-in, once it has heard of any people: they come down with the first sync. */
const signInAt = (address: string, name: string): Promise<Answer> =>
  untilTrue(async () => {
    const answer = await call(`${address}/api/sign-in`, 'POST', {}, { name, password: SAMPLE_PASSWORD })
    if (answer.body.code === 'no-people-yet') throw new Error(`${address} knows nobody yet`)
    return answer
  }, 200)

/** A token. Tried ever more rarely: somebody's account may come later than others, and a node locks names that fail often. */
async function tokenOf(address: string, name: string): Promise<string> {
  for (let pause = 500; ; pause *= 2) {
    const { status, body: answer } = await signInAt(address, name)
    if (status === 200) return String(answer.token)
    if (pause > 16_000) throw new Error(`${name} cannot sign in at ${address}: ${JSON.stringify(answer)}`)
    await new Promise((resolve) => setTimeout(resolve, pause))
  }
}

/** The API for a sample person at a machine; signs in when first used. */
export function apiAt({ address }: { readonly address: string }, person: string): Api {
  let token: Promise<string> | undefined
  const ask: Api['ask'] = async (method, path, body, key) => {
    token ??= tokenOf(address, person)
    const headers: Record<string, string> = { authorization: `Bearer ${await token}` }
    if (key !== undefined) headers['idempotency-key'] = key
    const answer = await call(`${address}/api${path}`, method, headers, body)
    if (answer.body.code !== 'sign-in-needed') return answer
    token = undefined // ended, or the database was put back to before the sign-in
    return ask(method, path, body, key)
  }
  const done: Api['done'] = async (method, path, body, key) => {
    const answer = await ask(method, path, body, key)
    if (answer.status !== 200) throw new Refused(`${person}: ${method} ${path}`, answer)
    return answer.body
  }
  const page: Api['page'] = async (query) => (await done('GET', `/cases?${query}`)) as unknown as Page
  return {
    ask,
    done,
    act: async (id, kind, fields, key) =>
      String((await done('POST', `/cases/${id}/acts/${kind}`, { fields }, key)).hash),
    view: async (id) => (await done('GET', `/cases/${id}`)) as unknown as CaseView,
    sync: async () => (await done('GET', '/sync')) as unknown as Sync,
    page,
    async rows(query) {
      const all: Row[] = []
      for (let after = ''; ; ) {
        const { rows, next } = await page(`${query}${after}`)
        all.push(...rows)
        if (next === null) return all
        after = `&after=${encodeURIComponent(next)}`
      }
    },
  }
}
