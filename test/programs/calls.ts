/** Calls to a running node as browsers make them; no test runner needed. */
import { type ClientRequestArgs, request as plainRequest } from 'node:http'
import { request as secureRequest } from 'node:https'

interface Answer {
  readonly status: number
  readonly text: string
  readonly cookies: readonly string[]
  readonly location: string | undefined
}

interface Call extends ClientRequestArgs {
  readonly body?: string
}

/** One request; certificates are not what these tests are about. */
export function ask(address: string, { body, ...options }: Call = {}): Promise<Answer> {
  const make = address.startsWith('https') ? secureRequest : plainRequest
  return new Promise((resolve, reject) => {
    const settings = { rejectUnauthorized: false, agent: false as const, timeout: 20_000, ...options }
    const request = make(address, settings, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part) => {
        text += part
      })
      response.once('close', () => reject(new Error('the answer was cut off'))) // too late to matter when it ended
      response.on('error', reject)
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          text,
          cookies: (response.headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0] ?? ''),
          location: response.headers.location,
        }),
      )
    })
    request.once('error', reject)
    request.once('timeout', () => request.destroy(new Error('no answer')))
    request.end(body)
  })
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const csrfOf = (page: string) => /name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? ''

/** A person in a browser at a node's desk. */
export async function signIn(address: string, name: string, password: string) {
  const form = await ask(`${address}/sign-in`)
  const headers = { cookie: form.cookies.join('; '), origin: address, ...FORM }
  const body = new URLSearchParams({ csrf: csrfOf(form.text), name, password }).toString()
  const signedIn = await ask(`${address}/sign-in`, { method: 'POST', headers, body })
  const cookie = signedIn.cookies.join('; ')
  if (signedIn.status !== 303) throw new Error(`not signed in: ${signedIn.status} ${signedIn.text}`)
  return {
    get: (path: string) => ask(`${address}${path}`, { headers: { cookie } }),
    async post(page: string, path: string, values: Record<string, string>) {
      const { text } = await ask(`${address}${page}`, { headers: { cookie } })
      const typed = new URLSearchParams({ csrf: csrfOf(text), ...values }).toString()
      return ask(`${address}${path}`, { method: 'POST', headers: { cookie, origin: address, ...FORM }, body: typed })
    },
  }
}
