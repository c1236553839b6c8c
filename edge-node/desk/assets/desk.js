/** What the browser adds: parts refresh when something changed, the keyboard moves on; everything works without it. */
const TYPED = 'input:not([type=hidden]), textarea, select'
const REFRESH_PAUSE = 300

const hasUnsent = (part) => [...part.querySelectorAll(TYPED)].some((field) => field.dataset.touched === 'true')

/** A part is left alone while a person types in it or has typed something that is not sent. */
function isInUse(part) {
  const active = document.activeElement
  if (active && part.contains(active) && active.matches(TYPED)) return true
  return hasUnsent(part)
}

function concerns(part, change) {
  const about = part.dataset.live
  if (about === 'status' || about === 'network') return true
  if (change.cases === null) return true
  return about === 'cases'
    ? change.cases.length > 0 || change.directory
    : change.cases.includes(about.slice('case:'.length))
}

const waiting = new Set()

function refreshWaiting() {
  for (const id of [...waiting]) {
    const part = document.getElementById(id)
    if (part && isInUse(part)) {
      part.dataset.stale = 'true'
      continue
    }
    waiting.delete(id)
    if (part) window.htmx.trigger(part, 'refresh')
  }
}

function say(words) {
  const place = document.getElementById('said')
  if (place && place.textContent !== words) place.textContent = words
}

let pause
function changed(change) {
  for (const part of document.querySelectorAll('[data-live]')) if (concerns(part, change)) waiting.add(part.id)
  clearTimeout(pause)
  pause = setTimeout(refreshWaiting, REFRESH_PAUSE)
}

/** The sign-in has ended: nothing of the case stays on the screen, unless something typed would be lost. */
function leave() {
  if (!hasUnsent(document.body)) {
    location.assign(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`)
    return
  }
  const words = document.getElementById('link-words')
  if (!words) return
  words.textContent = '登录已结束。您填写的内容还在页面上:请在新标签页登录,再回到这里提交。'
  words.hidden = false
}

function listen(address) {
  const events = new EventSource(address)
  const words = () => document.getElementById('link-words')
  let missed = false
  events.addEventListener('ready', () => {
    words()?.setAttribute('hidden', '')
    // Whatever happened while the line was down is asked for once.
    if (missed) changed({ cases: null, directory: true })
    missed = false
  })
  events.addEventListener('changed', (event) => changed(JSON.parse(event.data)))
  events.addEventListener('signed-out', () => {
    events.close()
    leave()
  })
  events.addEventListener('error', () => {
    missed = true
    // What was refused is not asked for again.
    if (events.readyState === EventSource.CLOSED)
      words()?.replaceChildren(
        '这一页不再自动刷新:登录已结束,或打开的页面太多。请关掉几页后刷新本页;已保存的内容不受影响。',
      )
    words()?.removeAttribute('hidden')
  })
}

const fieldsOf = (form) =>
  [...form.querySelectorAll(TYPED)].filter((field) => !field.disabled && !field.readOnly && field.offsetParent)

/** Enter goes to the next field, as clerks expect; Ctrl+Enter does the main act. */
function onFormKey(event) {
  const form = event.target.closest('form[data-form]')
  if (!form || event.key !== 'Enter' || event.isComposing) return
  if (event.ctrlKey) {
    event.preventDefault()
    form.requestSubmit(form.querySelector('[data-main]') ?? undefined)
    return
  }
  if (!event.target.matches('input, select')) return
  event.preventDefault()
  const fields = fieldsOf(form)
  const next = fields[fields.indexOf(event.target) + 1] ?? form.querySelector('[data-main]')
  next?.focus()
}

/** Arrow keys walk the list of items; Enter in the search takes the first. */
function onPickKey(event) {
  const items = [...document.querySelectorAll('.desk-item')]
  if (items.length === 0 || !event.target.closest('[data-pick], #items')) return
  const index = items.indexOf(event.target)
  if (event.key === 'ArrowDown') items[Math.min(index + 1, items.length - 1)].focus()
  else if (event.key === 'ArrowUp') (items[index - 1] ?? document.getElementById('item-search')).focus()
  else if (event.key === 'Enter' && index < 0 && !event.isComposing && event.target.value === shownFor())
    items[0].click()
  else return
  event.preventDefault()
}

/** The text the list of items on screen answers; a list that is still on its way must not be picked from. */
const shownFor = () => document.getElementById('items')?.dataset.query

document.addEventListener('keydown', (event) => {
  onFormKey(event)
  if (!event.defaultPrevented) onPickKey(event)
})
document.addEventListener('input', (event) => {
  if (event.target.matches(TYPED)) event.target.dataset.touched = 'true'
})
document.addEventListener('focusout', () => setTimeout(refreshWaiting, REFRESH_PAUSE))
document.addEventListener('click', (event) => {
  if (event.target.closest('[data-print]')) window.print()
})
// Leaving a field that was saved since a person typed in it changes nothing: another window may have put it right meanwhile.
document.addEventListener('htmx:configRequest', ({ detail: { elt, headers } }) => {
  if (elt.matches?.(TYPED) && elt.dataset.touched !== 'true') delete headers['HX-Trigger-Name']
})
// A field saved by itself is no longer unsent, and what it said then is what the page has shown: typed back to what stood
// there at first, it has changed again, and what was saved is not written once more over what others write.
document.addEventListener('htmx:afterRequest', (event) => {
  const { elt, successful, requestConfig } = event.detail
  if (!successful || !elt.matches?.(TYPED)) return
  elt.dataset.touched = 'false'
  for (const [name, value] of Object.entries(requestConfig.parameters)) {
    const shown = elt.form?.elements.namedItem(`was-${name}`)
    if (shown) shown.value = value
  }
})
/** Fields whose save came to nothing: saved again with the next one that is taken. */
const unsaved = new Set()
document.addEventListener('htmx:afterRequest', ({ detail: { elt, successful } }) => {
  if (!elt.matches?.(TYPED)) return
  if (!successful) return void unsaved.add(elt)
  unsaved.delete(elt)
  const again = [...unsaved]
  unsaved.clear()
  for (const field of again) field.dispatchEvent(new Event('change', { bubbles: true }))
})
document.addEventListener('htmx:sendError', (event) => {
  const place = document.getElementById('saved')
  if (place && event.detail.elt.closest?.('[data-form]'))
    place.textContent = '没有保存:本机服务没有回应。内容还在页面上,恢复后改动任一栏,没有保存的各栏一起保存。'
})
document.addEventListener('htmx:afterSettle', (event) => {
  const words = event.target.querySelector?.('[data-said]')?.textContent
  if (words) say(words)
})

const address = document.body.dataset.events
if (address) listen(address)
