/** The programs as people run them: real processes, real files, real sockets. */
import { copyFileSync, existsSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { buildPrograms } from '#edge-node/build.ts'
import { ownCertificate } from '#edge-node/certificate.ts'
import { SAMPLE_PASSWORD } from '#hub/samples/sample.ts'
import { LIMITS } from '#protocol/limits.ts'
import { monotonic } from '#test/clock/monotonic.ts'
import { temporaryFolder } from '#test/enrolment/folder.ts'
import { codeFor, connected, HUB, rootOf, startHub, startNode, TOWNSHIP, VILLAGE } from './county.ts'
import { ask, run, signIn, syncOf, until } from './program.ts'

beforeAll(() => buildPrograms(['hub', 'edge-node']), 60_000)

describe('a county of three programs', { timeout: 120_000 }, () => {
  test('E5 E7 E16 a village joins through its township, reconnects, and is refused with the reason once revoked', async () => {
    const folder = temporaryFolder()
    const hub = startHub(folder)
    const county = await hub.address()
    const townshipCode = await codeFor(county, TOWNSHIP, await rootOf(county))
    const township = await startNode(join(folder, 'township'), county, townshipCode, 'anchang.clerk')
    expect(township.joined).toContain('安昌镇便民服务中心')

    const reused = run('edge-node', { DATA_FOLDER: join(folder, 'thief') }, ['join', county, townshipCode])
    expect(await reused.ended).toBe(2)
    expect(reused.text()).toContain('已经用过')
    const wrong = run('edge-node', { DATA_FOLDER: join(folder, 'thief') }, ['join', county, 'ABCD-EFGH'])
    expect(await wrong.ended).toBe(2)
    expect(wrong.text()).toContain('应为 20 位,现在是 8 位')

    const villageCode = await codeFor(county, VILLAGE, township.node)
    const village = await startNode(join(folder, 'village'), township.address, villageCode, 'hongyan')
    expect(village.joined).toContain('上级:安昌镇便民服务中心')
    expect((await syncOf(village.address, 'hongyan', SAMPLE_PASSWORD)).stations).toMatchObject([{ id: VILLAGE }])

    // The parent goes away without a word and comes back at the same address.
    await township.program.end('SIGKILL')
    const port = new URL(township.address).port
    const again = run('edge-node', { DATA_FOLDER: join(folder, 'township'), DESK_PORT: port })
    expect(await again.address()).toBe(township.address)
    await connected(village.address, 'hongyan')

    const administrator = await signIn(county, 'admin', SAMPLE_PASSWORD)
    await administrator.post('/hub/nodes', `/hub/nodes/${village.node}/revoke`, { reason: '电脑被盗', cause: 'lost' })
    await until(async () => {
      const { refusal, parent } = await syncOf(village.address, 'hongyan', SAMPLE_PASSWORD)
      expect(parent?.connected).toBe(false)
      expect(refusal?.message).toContain('停用')
    })
  })

  test('E7 when the township cannot reach the county, the person hears it and the code stays good', async () => {
    const folder = temporaryFolder()
    const hub = startHub(folder)
    const county = await hub.address()
    const code = await codeFor(county, TOWNSHIP, await rootOf(county))
    const township = await startNode(join(folder, 'township'), county, code, 'anchang.clerk')
    const villageCode = await codeFor(county, VILLAGE, township.node)
    await hub.end('SIGKILL')
    const settings = { DATA_FOLDER: join(folder, 'village') }
    const offline = run('edge-node', settings, ['join', township.address, villageCode])
    expect(await offline.ended).toBe(2)
    expect(offline.text()).toContain('联系不上安县政务服务中心')
    await startHub(folder, { DESK_PORT: new URL(county).port }).address()
    const online = run('edge-node', settings, ['join', township.address, villageCode])
    expect(await online.ended, online.text()).toBe(0)
  })

  test('E3 E13 E14 with certificates everything goes over TLS, and a new certificate is followed', async () => {
    const folder = temporaryFolder()
    const certificates = temporaryFolder()
    await ownCertificate(certificates)
    const tls = (from: string) => ({
      TLS_CERTIFICATE: join(from, 'certificate.pem'),
      TLS_KEY: join(from, 'certificate-key.pem'),
    })
    const hub = startHub(folder, tls(certificates))
    const county = await hub.address()
    expect(county).toMatch(/^https:/)
    const code = await codeFor(county, TOWNSHIP, await rootOf(county))
    const township = await startNode(join(folder, 'township'), county, code, 'anchang.clerk')
    await hub.end()
    const renewed = temporaryFolder()
    await ownCertificate(renewed)
    await startHub(folder, { ...tls(renewed), DESK_PORT: new URL(county).port }).address()
    await connected(township.address, 'anchang.clerk')
    expect(township.program.text()).toContain('another certificate')
  })
})

/** The one-time password as whoever runs the program finds it. */
const passwordIn = (folder: string): string =>
  readFileSync(join(folder, 'one-time-password.txt'), 'utf8').trim().split(' ')[1] ?? expect.fail('no password')

describe('one program', { timeout: 60_000 }, () => {
  const hubSettings = (folder: string) => ({ ...HUB, SAMPLE_DATA: '', DATA_FOLDER: folder })

  test('E17 a wrong configuration names every problem, ends with code 2 and writes nothing', async () => {
    const folder = join(temporaryFolder(), 'hub')
    const hub = run('hub', { DATA_FOLDER: folder, DESK_PORT: 'eighty', LOG_LEVEL: 'loud', STATION_CODE: '5107' })
    expect(await hub.ended).toBe(2)
    for (const word of ['DESK_PORT', '"eighty"', 'LOG_LEVEL', '"loud"', 'STATION_CODE', '"5107"', 'STATION_NAME'])
      expect(hub.text()).toContain(word)
    expect(existsSync(folder)).toBe(false)
  })

  test('E9 an edge node that has not joined says how to join', async () => {
    const node = run('edge-node', { DATA_FOLDER: temporaryFolder() })
    expect(await node.ended).toBe(2)
    expect(node.text()).toContain('npm run edge-node -- join')
  })

  test('E21 E55 the administrator’s password is random, told once in a file of its own, opens the desk, and can be replaced from the console', async () => {
    const folder = temporaryFolder()
    const hub = run('hub', hubSettings(folder))
    const address = await hub.address()
    const password = passwordIn(folder)
    expect(hub.text()).toContain('one-time-password.txt')
    expect(hub.text()).not.toContain(password) // services keep what programs print
    expect(statSync(join(folder, 'one-time-password.txt')).mode & 0o777).toBe(0o600)
    expect((await (await signIn(address, 'admin', password)).get('/hub/people')).status).toBe(200)
    expect(await hub.end()).toBe(0)
    const again = run('hub', hubSettings(folder))
    await again.address()
    expect(again.text()).not.toContain('一次性密码')
    expect(passwordIn(folder)).toBe(password) // whoever has not read it yet still can
    await again.end()
    const reset = run('hub', hubSettings(folder), ['reset-password', 'admin'])
    const back = await reset.address()
    const fresh = passwordIn(folder)
    expect(reset.text()).not.toContain(fresh)
    expect((await (await signIn(back, 'admin', fresh)).get('/hub/people')).status).toBe(200)
    await expect(signIn(back, 'admin', password)).rejects.toThrow(/not signed in/)
    const other = run('hub', hubSettings(temporaryFolder()))
    await other.address()
    expect(other.text()).not.toContain(password)
  })

  test('E56 a hub that is started without the sample closes what has the published password, in words, once', async () => {
    const folder = temporaryFolder()
    const start = async (values: Record<string, string>) => {
      const hub = run('hub', { ...hubSettings(folder), ...values })
      return { hub, address: await hub.address() }
    }
    const sample = await start({ SAMPLE_DATA: 'yes' })
    await signIn(sample.address, 'clerk', SAMPLE_PASSWORD)
    const administrator = await signIn(sample.address, 'admin', SAMPLE_PASSWORD)
    await administrator.post('/hub/people', '/hub/people/chief/password', { password: 'Xin-mi-ma 9' })
    await sample.hub.end()
    const real = await start({})
    expect(real.hub.text()).toMatch(/示例模式已结束:\d+ 个账号/)
    await expect(signIn(real.address, 'clerk', SAMPLE_PASSWORD)).rejects.toThrow(/已停用/)
    await expect(signIn(real.address, 'admin', SAMPLE_PASSWORD)).rejects.toThrow(/not signed in/)
    await signIn(real.address, 'chief', 'Xin-mi-ma 9')
    await signIn(real.address, 'admin', passwordIn(folder))
    await real.hub.end()
    expect((await start({})).hub.text()).not.toContain('示例模式')
  })

  test('E19 a second program on the folder says so and the first goes on', async () => {
    const folder = temporaryFolder()
    const first = run('hub', hubSettings(folder))
    const address = await first.address()
    const second = run('hub', hubSettings(folder))
    expect(await second.ended).toBe(2)
    expect(second.text()).toContain('正被另一个程序使用')
    expect((await ask(`${address}/api/health`)).status).toBe(200)
  })

  test('E19 a taken port is named', async () => {
    const first = run('hub', hubSettings(temporaryFolder()))
    const port = new URL(await first.address()).port
    const second = run('hub', { ...hubSettings(temporaryFolder()), DESK_PORT: port })
    expect(await second.ended).toBe(2)
    expect(second.text()).toContain(`端口 ${port} 已被别的程序占用`)
  })

  test('E20 both signals end it cleanly and in time, with live lists open, and it goes on as the same node', async () => {
    const folder = temporaryFolder()
    let node = ''
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      const hub = run('hub', { ...hubSettings(folder), SAMPLE_DATA: 'yes' })
      const address = await hub.address()
      const sync = await syncOf(address, 'coordinator', SAMPLE_PASSWORD)
      if (node !== '') expect(sync.node).toBe(node)
      node = sync.node
      const browser = await signIn(address, 'coordinator', SAMPLE_PASSWORD)
      const list = browser.get('/live').then(
        () => 'ended',
        () => 'cut',
      )
      await browser.get('/status') // asked behind it on the same machine: the list is open by now
      const asked = monotonic()
      expect(await hub.end(signal), hub.text()).toBe(0)
      expect(monotonic() - asked).toBeLessThan(LIMITS.stopMilliseconds)
      expect(['ended', 'cut']).toContain(await list)
    }
  })

  test('E22 a database put back, or without its sidecar, goes on under a new incarnation and people hear it; a killed program keeps its own', async () => {
    const folder = temporaryFolder()
    const incarnation = () =>
      (JSON.parse(readFileSync(join(folder, 'sidecar.json'), 'utf8').split('\n')[0] ?? '') as { incarnation: number })
        .incarnation
    const startAndStop = async (values = {}) => {
      const hub = run('hub', { ...hubSettings(folder), ...values })
      await hub.address()
      expect(await hub.end()).toBe(0)
      return hub.text()
    }
    await startAndStop()
    const password = passwordIn(folder)
    const first = incarnation()
    copyFileSync(join(folder, 'county.db'), join(folder, 'older.db'))
    await startAndStop({ SAMPLE_DATA: 'yes' })
    expect(incarnation()).toBe(first)
    copyFileSync(join(folder, 'older.db'), join(folder, 'county.db'))
    expect(await startAndStop()).toContain('"verdict":"behind"')
    const second = incarnation()
    expect(second).not.toBe(first)
    rmSync(join(folder, 'sidecar.json'))
    const hub = run('hub', hubSettings(folder))
    const address = await hub.address()
    const stubs = { kind: 'sidecar', next: expect.stringContaining('请按编号逐份查询') } // both stand until a person has checked
    expect((await syncOf(address, 'admin', password)).findings).toMatchObject([stubs, stubs])
    expect(await hub.end('SIGKILL')).toBeNull()
    expect([first, second]).not.toContain(incarnation())
    const third = incarnation()
    await startAndStop()
    expect(incarnation()).toBe(third)
  })

  test('E16 E64 an upgrade elsewhere is answered as if none had been offered, and pages find their files in the bundle', async () => {
    const hub = run('hub', hubSettings(temporaryFolder()))
    const address = await hub.address()
    const headers = { connection: 'Upgrade', upgrade: 'websocket' }
    expect((await ask(`${address}/elsewhere`, { headers })).status).toBe((await ask(`${address}/elsewhere`)).status)
    const page = await ask(`${address}/sign-in`)
    const assets = [...page.text.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, path]) => path)
    expect(assets.length).toBeGreaterThanOrEqual(2)
    for (const path of assets) expect((await ask(`${address}${path}`)).status, path).toBe(200)
  })
})
