/** What forms post: counted before it is taken apart, in a turn of whoever posts, and once for each request. */
import type { HonoRequest } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { bodyInTurn, type Posted } from '#edge-node/turns.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { Typed } from './forms.ts'

/** Forms without files; the characters are UTF-8, whatever is said of them. */
const FIELDS_TYPE = /^application\/x-www-form-urlencoded\s*(;|$)/i
/** Forms with files, as browsers and programs write it: what else might be read in two ways is none. */
const PARTS_TYPE =
  /^multipart\/form-data\s*;(?:\s*charset=[\w-]+\s*;)?\s*boundary=("?)([\w'()+,./:=?-]+(?: [\w'()+,./:=?-]+)*)\1\s*$/i

/** Whether what is posted says that it is a form with files. */
export const hasFiles = ({ req }: Posted): boolean => /^multipart\b/i.test(req.header('content-type') ?? '')

const latin1 = new TextDecoder('latin1')

/** A type of form as it is read: what stands between fields, or around parts, and how often that may be. */
interface FormType {
  readonly type: string
  readonly mark: string
  readonly most: number
}

function formTypeOf(said: string): FormType | undefined {
  if (FIELDS_TYPE.test(said)) return { type: 'application/x-www-form-urlencoded', mark: '&', most: LIMITS.postedFields }
  const [, , boundary] = PARTS_TYPE.exec(said) ?? []
  if (boundary === undefined) return undefined
  return { type: `multipart/form-data; boundary="${boundary}"`, mark: `--${boundary}`, most: LIMITS.postedParts + 2 }
}

/** More fields than any of our forms has are not taken apart: all others would wait for that. */
async function takeApart(posted: Posted): Promise<FormData> {
  const form = formTypeOf(posted.req.header('content-type') ?? '')
  if (!form) throw new HTTPException(415)
  try {
    const body = await bodyInTurn(posted)
    if (latin1.decode(body).split(form.mark, form.most + 1).length > form.most) throw new HTTPException(413)
    return await new Response(body, { headers: { 'content-type': form.type } }).formData()
  } catch (cause) {
    throw cause instanceof HTTPException ? cause : new HTTPException(400, { cause })
  }
}

const forms = new WeakMap<HonoRequest, Promise<FormData>>()

/**
 * What a form posts, its files among it; the gate and the page that is behind it read it once. Anybody may send anything:
 * what is no form, or a broken one, is refused by its status.
 */
export function formDataOf(posted: Posted): Promise<FormData> {
  const form = forms.get(posted.req) ?? takeApart(posted)
  forms.set(posted.req, form)
  return form
}

/** Reads a posted form: texts only, repeated names joined by a comma. */
export async function readForm(posted: Posted): Promise<Typed> {
  const typed: Record<string, string> = {}
  for (const [name, value] of await formDataOf(posted)) {
    if (typeof value !== 'string') continue
    const clean = value.replaceAll('\r\n', '\n')
    typed[name] = Object.hasOwn(typed, name) ? `${typed[name]},${clean}` : clean
  }
  return typed
}
