/** Capture: finding an item, saving as it is typed, and what comes back when something is wrong. */
import { beforeAll, expect, test } from 'vitest'
import { matchingItems } from '#edge-node/commands/items.ts'
import { SAMPLE_ITEMS } from '#hub/samples/items.ts'
import { formOf, ID_NUMBER, openPlace, type Place, type Visitor } from './place.ts'
import { captureCase, filled, openCase } from './walk.ts'

let place: Place
let agent: Visitor
beforeAll(async () => {
  place = await openPlace()
  agent = await place.as('agent')
})

test('P28 an item is found by name, code, department or pinyin initials; only items of the tier are offered', async () => {
  const departmentOf = (code: string) => (code === 'MZ' ? '县民政局' : code)
  const names = (query: string) => matchingItems(SAMPLE_ITEMS, query, departmentOf).map((item) => item.name)
  expect(names('gljt')).toEqual(['高龄津贴申请'])
  expect(names('高龄')).toEqual(['高龄津贴申请'])
  expect(names('sl0010')).toEqual(['公共场所卫生许可'])
  expect(names('民政 高龄')).toEqual(['高龄津贴申请'])
  expect(names('')).toHaveLength(SAMPLE_ITEMS.length)
  expect((await agent.get('/capture?q=ggcs')).text).toContain(
    '公共场所卫生许可”不在本站办理,由乡镇便民服务中心、县政务服务中心办理',
  )
  expect((await agent.get('/capture?q=qqqq')).text).toContain('没有找到“qqqq”')
  const clerk = await place.as('clerk')
  expect((await clerk.get('/capture?q=ggcs')).text).toContain('公共场所卫生许可')
  const csrf = formOf(await agent.get('/capture'), '/capture').csrf ?? ''
  const forced = await agent.post('/capture', { csrf, item: 'SL0010' })
  expect(forced.status).toBeGreaterThanOrEqual(400)
  expect(forced.text).toContain('不能在村级代办点建件')
})

test('P11 a rejected form comes back with everything still in it and the reason beside each field', async () => {
  const { id, form } = await openCase(agent)
  const action = `/cases/${id}/form`
  const typed = {
    ...filled(form, action, '李"四"'),
    'a-address': '',
    'a-idNumber': '110105194912310021',
    'a-phone': '12',
    'm-photo-state': '',
  }
  const back = await agent.post(action, { ...typed, step: 'hand-in' })
  expect(back.status).toBe(422)
  const kept = formOf(back, action)
  for (const [name, value] of Object.entries(typed))
    if (!/^(was-|csrf)/.test(name)) expect([name, kept[name]]).toEqual([name, value])
  const hint = (name: string) =>
    new RegExp(`id="hint-${name}"[^>]*>\\s*<span class="field-problem">([^<]+)`).exec(back.html)?.[1]
  expect(hint('a-address')).toContain('请填写住址')
  expect(hint('a-idNumber')).toContain('校验位不符')
  expect(hint('a-phone')).toContain('电话')
  expect(hint('m-photo-state')).toContain('请核对')
  expect(back.html).toMatch(/name="a-address"[^>]*aria-invalid="true"/)
  expect((await agent.get(`/cases/${id}`)).text).toContain('继续填写')
})

test('P14 an identity number that fails its check passes with a reason, which the case keeps', async () => {
  const { id, form } = await openCase(agent)
  const action = `/cases/${id}/form`
  const wrong = { ...filled(form, action), 'a-idNumber': '110105194912310021', step: 'hand-in' }
  expect((await agent.post(action, wrong)).status).toBe(422)
  const passed = await agent.post(action, { ...wrong, 'a-idOverride': '老证号重号,户籍已核' })
  expect(passed.path).toContain('/receipt')
  expect((await agent.get(`/cases/${id}`)).text).toContain('老证号重号,户籍已核')
})

test('P13 each field is saved as it is typed, answers with its own words, and overwrites nobody else', async () => {
  const { id, form } = await openCase(agent)
  const action = `/cases/${id}/form`
  const { csrf = '' } = formOf(form, action)
  const one = await agent.post(
    `/cases/${id}/fields`,
    { csrf, 'a-idNumber': ID_NUMBER.toLowerCase(), 'was-a-idNumber': '' },
    { 'hx-request': 'true' },
  )
  expect(one.status).toBe(200)
  expect(one.text).toContain('已保存')
  expect(one.html).toContain('id="hint-a-idNumber"')
  expect(one.text).toContain('女,1949-12-31 出生')
  // A second window still shows the empty form; what it did not touch stays as the first one saved it.
  await agent.post(action, { ...formOf(form, action), 'a-applicant': '张秀英', step: 'stay' })
  const stored = formOf(await agent.get(action), action)
  expect(stored).toMatchObject({ 'a-idNumber': ID_NUMBER, 'a-applicant': '张秀英' })
  const material = await agent.post(`/cases/${id}/fields`, {
    csrf,
    'm-identityCard-state': 'both',
    'was-m-identityCard-state': '',
    'm-identityCard-copies': '',
    'was-m-identityCard-copies': '',
  })
  expect(material.status).toBe(200)
  expect(formOf(await agent.get(action), action)).toMatchObject({
    'm-identityCard-state': 'both',
    'm-identityCard-copies': '1',
  })
})

test('P13 a field that is typed back to what the page showed at first is saved as well', async () => {
  const { id, form } = await openCase(agent)
  const action = `/cases/${id}/form`
  const { csrf = '' } = formOf(form, action)
  const leave = (name: string, value: string, more = {}) =>
    agent.post(
      `/cases/${id}/fields`,
      { csrf, [name]: value, [`was-${name}`]: '', ...more },
      { 'hx-request': 'true', 'hx-trigger-name': name },
    )
  const stored = async () => formOf(await agent.get(action), action)
  for (const phone of ['13812345678', '']) {
    await leave('a-phone', phone)
    expect((await stored())['a-phone']).toBe(phone)
  }
  // Beside a material's state its copies are posted, which nobody touched.
  await leave('m-identityCard-copies', '3', { 'm-identityCard-state': 'both', 'was-m-identityCard-state': '' })
  await leave('m-identityCard-state', 'copy', { 'm-identityCard-copies': '', 'was-m-identityCard-copies': '' })
  expect(await stored()).toMatchObject({ 'm-identityCard-state': 'copy', 'm-identityCard-copies': '3' })
})

test('P15 handing in leads to a receipt of two copies with number and QR; at the root it needs no reservation', async () => {
  const { id, receipt } = await captureCase(agent)
  const number = /[0-9]{12}-[0-9]{6}-[A-Z]{3}-[0-9]{4}-./.exec(receipt.text)?.[0]
  expect(number).toBeDefined()
  expect(receipt.html.match(/<article class="receipt"/g)).toHaveLength(2)
  expect(receipt.html.match(/<svg/g)).toHaveLength(2)
  expect(receipt.text).toContain('第一联 交申请人')
  expect(receipt.text).toContain('第二联 存根')
  expect(receipt.text).not.toContain('以县级确认为准')
  expect(receipt.text).toContain('共 8 份')
  const draft = await openCase(agent)
  const none = await agent.get(`/cases/${draft.id}/receipt`)
  expect(none.status).toBe(422)
  expect(none.text).toContain('还没有代收或收件')
  const clerk = await place.as('clerk')
  expect((await captureCase(clerk)).receipt.text).toContain('收件凭证')
  expect((await agent.get(`/cases/${id}`)).text).toContain('已代收')
})

test('P13 saving the form keeps what belongs to the act that hands it in as it was typed, and says where it is', async () => {
  const { id, form } = await openCase(agent)
  const plain = await agent.submit(form, `/cases/${id}/form`, { 'a-applicant': '周小山', step: 'stay' })
  expect(plain.text).toContain('已保存')
  expect(plain.text).not.toContain('一起提交')
  const page = await agent.submit(plain, `/cases/${id}/form`, { authorisation: '授权刘红岩代办', step: 'stay' })
  expect(page.status).toBe(200)
  expect(page.html).toContain('授权刘红岩代办')
  expect(page.text).toMatch(/已保存 .*;.+随“.+”一起提交,现在只在这个页面上。/)
  expect(formOf(page, `/cases/${id}/form`)['a-applicant']).toBe('周小山')
})
