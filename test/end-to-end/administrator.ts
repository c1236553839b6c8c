/** What an administrator does on the hub's pages, as in a browser: codes, addresses and parents of nodes, places of stations. */
import type { RevocationCause } from '#hub/registry-port.ts'
import { SAMPLE_PASSWORD } from '#hub/samples/sample.ts'
import { signIn } from '#test/programs/calls.ts'
import type { Machine } from './machine.ts'

export type Administrator = Awaited<ReturnType<typeof administratorAt>>

/** Signs in at the hub's desk. */
export async function administratorAt(hub: Machine) {
  const person = await signIn(hub.address, 'admin', SAMPLE_PASSWORD)
  /** A form on a page, filled in and sent; the page that is shown then. */
  const fill = async (page: string, form: string, values: Record<string, string>) => {
    const answer = await person.post(page, form, values)
    return answer.location ? person.get(answer.location) : answer
  }
  /** The same, of which the page must say that nodes will hear. */
  const publish = async (page: string, form: string, values: Record<string, string>): Promise<void> => {
    const { status, text } = await fill(page, form, values)
    if (status !== 200 || !text.includes('随同步送到各节点')) throw new Error(`${form}: ${status} ${text}`)
  }
  return {
    /** A form of a node's page. */
    onNode: (node: string, form: string, values: Record<string, string>) =>
      fill(`/hub/nodes/${node}`, `/hub/nodes/${node}/${form}`, values),
    place: (node: string, form: 'addresses' | 'parent' | 'children', values: Record<string, string>) =>
      publish(`/hub/nodes/${node}`, `/hub/nodes/${node}/${form}`, values),
    moveStation: (station: string, to: string) => publish('/hub/stations', '/hub/stations/move', { station, to }),
    async revoke(node: string, reason: string, cause: RevocationCause): Promise<void> {
      const { status, text } = await person.post('/hub/nodes', `/hub/nodes/${node}/revoke`, { reason, cause })
      if (status !== 303) throw new Error(`revoke: ${status} ${text}`)
    },
    /** The code for a station's new computer, read off the page. */
    async code(station: string, parent: string): Promise<string> {
      const { status, text } = await fill('/hub/enrolment', '/hub/enrolment', { station, parent })
      const code = /[0-9A-Z]{4}(-[0-9A-Z]{4}){4}/.exec(text)?.[0]
      if (!code) throw new Error(`no code: ${status} ${text}`)
      return code
    },
  }
}
