// The start page put together by whoever keeps it open all day, and the report that ends the day:
// written, handed in, read and answered by the manager.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { account, caller, fill, words } from './company.mjs'
import { axe, launch, shot } from './harness.mjs'

test('the workbench is arranged, a report is handed in and answered', async (t) => {
  const app = await launch(t)
  app.expectProblem(/api\/v1\/(me|objects) answered 401/)
  const page = await app.newPage({ serviceWorkers: 'block' })
  await page.goto('/')
  const w = words('zh-TW')
  await page.evaluate(
    async (body) => {
      await fetch('/api/v1/setup', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
    },
    { company: w.company, language: 'zh-TW', currency: 'TWD', administrator: { name: w.admin, ...account }, demo: false },
  )
  const made = await fill(page)
  const call = caller(page)
  const month = new Date().toISOString().slice(0, 7)
  await call('POST', 'targets', { month: `${month}-01`, owner: made.people[0], amount: { amount: '2000000', currency: 'TWD' } })
  const view = await call('POST', 'views', { object: 'customer', name: '重點客戶', filter: 'level IN ("A", "B")', shared_with: 'all' })
  const widget = (name) => page.locator('.widget', { has: page.getByRole('heading', { name }) })
  const kinds = () => page.locator('.widgets > .widget').evaluateAll((all) => all.map((e) => e.className.match(/widget-(\w+)/)[1]))
  const kept = () => page.waitForResponse((r) => r.url().endsWith('/api/v1/workbench') && r.request().method() === 'PUT')

  await t.test('it begins with what the role needs, each widget by itself', async () => {
    await page.route('**/api/v1/leaders*', (r) => r.fulfill({ status: 500, contentType: 'application/problem+json', body: '{"status":500,"detail":"排行榜壞了"}' }))
    app.expectProblem(/leaders.* answered 500/)
    await page.goto('/')
    await widget('本月業績與目標').getByText('目標 NT$2,000,000').waitFor()
    await page.getByText('排行榜壞了').waitFor()
    await widget('我的待辦').getByRole('listitem').first().waitFor()
    await page.unroute('**/api/v1/leaders*')
    await page.reload()
    await page.locator('.leaders li').first().waitFor()
    await page.locator('.funnel').waitFor()
    await shot(page, 'workbench', { fullPage: true })
    await axe(page)
  })

  await t.test('widgets are moved and sized by drag and by keys, added and removed', async () => {
    await page.getByRole('button', { name: '自訂工作台' }).click()
    const grip = (name) => page.getByRole('button', { name: `移動${name}`, exact: true })
    await grip('待辦事項').waitFor()
    const before = await kinds()
    assert.equal(before[0], 'tasks')
    // By drag: the first onto the third.
    const from = await grip('待辦事項').boundingBox()
    const to = await grip('本月業績與目標').boundingBox()
    await page.mouse.move(from.x + 60, from.y + 10)
    await page.mouse.down()
    await page.mouse.move(to.x + 40, to.y + 8, { steps: 8 })
    await page.mouse.up()
    assert.deepEqual((await kinds()).slice(0, 3), ['due', 'target', 'tasks'])
    // By keys: back to the front, and wider.
    await grip('待辦事項').focus()
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowLeft')
    assert.deepEqual((await kinds()).slice(0, 3), ['tasks', 'due', 'target'])
    const size = page.getByRole('button', { name: '改待辦事項的大小' })
    const room = () => page.locator('.widget-tasks').evaluate((e) => [e.style.getPropertyValue('--w'), e.style.getPropertyValue('--h')].join('x'))
    await size.focus()
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowDown')
    assert.equal(await room(), '5x10')
    const corner = await size.boundingBox()
    await page.mouse.move(corner.x + 10, corner.y + 10)
    await page.mouse.down()
    await page.mouse.move(corner.x + 10 + 200, corner.y + 10 - 40, { steps: 5 })
    await page.mouse.up()
    assert.equal(await room(), '7x9')
    await page.getByRole('button', { name: '移除生日' }).click()
    await page.getByRole('button', { name: '加元件' }).click()
    await page.getByRole('button', { name: /^已存檢視/ }).click()
    await page.getByLabel('哪一個檢視').selectOption(view.id)
    await page.getByLabel('呈現方式').selectOption('pie')
    await page.getByLabel('依…分組').selectOption('level')
    await page.getByRole('button', { name: '放到工作台' }).click()
    await page.locator('.widget-view .pie').waitFor()
    await shot(page, 'workbench-editing')
    await axe(page)
    const sent = kept()
    await page.getByRole('button', { name: '完成', exact: true }).click()
    await sent
    await page.reload()
    await page.locator('.widget-view .pie li').first().waitFor()
    const after = await kinds()
    assert.deepEqual(after.slice(0, 2), ['view', 'tasks'])
    assert.ok(!after.includes('birthdays'))
  })

  await t.test('the administrator gives a role its page; one takes that back', async () => {
    await page.getByRole('button', { name: '自訂工作台' }).click()
    await page.getByRole('button', { name: '設為角色預設' }).click()
    await page.getByRole('menuitem', { name: '設為「業務」的預設' }).click()
    await page.getByText('「業務」從現在起以此為預設').waitFor()
    await page.getByRole('button', { name: '恢復預設' }).click()
    await page.getByRole('button', { name: '自訂工作台' }).waitFor()
    assert.equal((await kinds())[0], 'tasks')
  })

  await t.test('a salesperson hands today’s report in within five gestures, on a phone', async () => {
    const phone = await app.newPage({ viewport: 'phone' })
    await phone.goto('/sign-in')
    await phone.evaluate(async (body) => fetch('/api/v1/session', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }), { login: 'user3', password: account.password })
    await phone.goto('/')
    await phone.locator('.widget-view .pie').waitFor() // what the role begins with
    await shot(phone, 'workbench-phone')
    let gestures = 0
    const gesture = async (act) => {
      gestures++
      await act
    }
    await gesture(phone.getByRole('link', { name: '寫今天的日報' }).click())
    await phone.getByRole('heading', { name: '系統紀錄' }).waitFor()
    await gesture(phone.getByLabel('明天的計畫').fill('拜訪日昇光電\n寄報價'))
    const draft = phone.waitForResponse((r) => r.url().endsWith('/reporting/draft') && r.ok())
    await gesture(phone.getByLabel('需要的協助').fill('請 @林志明 一起去'))
    await draft
    await shot(phone, 'report-phone', { fullPage: true })
    await axe(phone)
    await gesture(phone.getByRole('button', { name: '交日報' }).click())
    await phone.getByText(/^已交出/).waitFor()
    assert.ok(gestures <= 5, `${gestures} gestures`)
    await shot(phone, 'report-handed-phone', { fullPage: true })
  })

  await t.test('the manager reads the team on one page and answers in place', async () => {
    const manager = await app.newPage({ theme: 'dark' })
    await manager.goto('/sign-in')
    await manager.evaluate(async (body) => fetch('/api/v1/session', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }), { login: 'user1', password: account.password })
    await manager.goto('/reports?view=team')
    const card = manager.locator('.report-card', { hasText: '張家豪' })
    await card.getByText('拜訪日昇光電').waitFor()
    await card.getByRole('textbox').fill('好，我週三一起去')
    const said = manager.waitForResponse((r) => r.url().endsWith('/comments') && r.request().method() === 'POST')
    await card.getByRole('button', { name: '送出' }).click()
    await said
    await card.locator('.report-comment', { hasText: '好，我週三一起去' }).waitFor()
    await card.getByRole('button', { name: '看紀錄明細' }).click()
    await shot(manager, 'report-team', { fullPage: true })
    await axe(manager)
    await manager.goto('/settings/me')
    await manager.getByLabel('到', { exact: true }).waitFor()
    await shot(manager, 'away')
  })
})
