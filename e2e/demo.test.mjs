// A company set up with example data: its accounts are shown once, and whoever signs in with one
// finds a start page and lists that live.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { axe, launch, shot } from './harness.mjs'

test('example data shows each role what it would see', async (t) => {
  const app = await launch(t)
  app.expectProblem(/api\/v1\/(me|objects) answered 401/)
  const page = await app.newPage()
  await page.goto(app.url)
  await page.getByLabel('公司名稱').fill('安心辦公設備')
  await page.getByLabel('姓名').fill('陳怡君')
  await page.getByLabel(/帳號/).fill('admin')
  await page.getByLabel(/密碼/).fill('correct-horse-battery')
  await page.getByText('放入範例資料').click()
  await page.getByRole('button', { name: '開始使用' }).click()
  const row = page.getByRole('row', { name: /manager1/ })
  await row.waitFor({ timeout: 60_000 })
  await shot(page, 'demo-accounts')
  await axe(page)
  const password = (await row.locator('code').nth(1).innerText()).trim()
  assert.match(password, /\w/)

  const status = await page.evaluate(
    async (body) => (await fetch('/api/v1/session', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body })).status,
    JSON.stringify({ login: 'manager1', password }),
  )
  assert.equal(status, 200)
  const desk = page
  await desk.goto(app.url)
  await desk.getByRole('navigation').first().waitFor()
  await desk.waitForTimeout(1500)
  await shot(desk, 'demo-start', { fullPage: true })
  for (const path of ['customers', 'opportunities/board', 'activities', 'tasks']) {
    await desk.goto(`${app.url}/o/${path}`)
    await desk.getByRole('main').waitFor()
    await desk.waitForTimeout(1000)
    await shot(desk, `demo-${path.replace('/', '-')}`)
  }
  await desk.goto(`${app.url}/o/customers`)
  await desk.locator('a[href*="/o/customers/"]').first().click()
  await desk.waitForTimeout(1200)
  await shot(desk, 'demo-customer', { fullPage: true })
  const phone = await app.newPage({ viewport: 'phone', like: desk })
  await phone.goto(app.url)
  await phone.waitForTimeout(1500)
  await shot(phone, 'demo-start-phone')
})
