// The first day: set up, a customer, a call, an opportunity on the board; seen at a desk and on a
// phone, in the dark and in the other languages.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { axe, launch, shot } from './harness.mjs'

test('a company is set up and works its first customer', async (t) => {
  const app = await launch(t)
  // Before anybody has signed in the page asks who it is, and is told nobody.
  app.expectProblem(/api\/v1\/(me|objects) answered 401/)
  const page = await app.newPage()
  await page.goto(app.url)
  await page.getByLabel('公司名稱').fill('安心辦公設備')
  await page.getByLabel('姓名').fill('陳怡君')
  await page.getByLabel(/帳號/).fill('admin')
  await page.getByLabel(/密碼/).fill('correct-horse-battery')
  await shot(page, 'setup')
  await page.getByRole('button', { name: '開始使用' }).click()
  await page.getByRole('button', { name: '進入 ECRM' }).click()
  await page.getByRole('navigation').first().waitFor()

  // The calls the interface makes, made here by hand to fill the list.
  const post = (path, body) =>
    page.evaluate(
      async ([path, body]) => {
        const answer = await fetch(`/api/v1/${path}`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify(body),
        })
        return { status: answer.status, body: await answer.json() }
      },
      [path, body],
    )
  const customers = []
  for (const [name, short, level] of [
    ['台灣積體電路製造股份有限公司', '台積電', 'A'],
    ['聯發科技股份有限公司', '聯發科', 'A'],
    ['欣欣水電行', '', 'C'],
  ]) {
    const made = await post('customers', { name, short_name: short || null, level, phones: ['03-563-6688'], tags: ['科學園區'] })
    assert.equal(made.status, 201)
    customers.push(made.body.id)
  }
  assert.equal((await post('activities', { customer: customers[0], kind: 'call', result: '約下週拜訪' })).status, 201)
  for (const [name, stage, amount] of [['機台維護合約', 'new', '1200000'], ['辦公室擴編', 'proposal', '350000.5']]) {
    const made = await post('opportunities', { name, customer: customers[0], stage, amount: { amount, currency: 'TWD' } })
    assert.equal(made.status, 201)
  }

  // A day is typed as it is said here; what may be two is asked about.
  await page.goto(`${app.url}/o/opportunities?create=opportunity`)
  const form = page.getByRole('dialog')
  await form.getByLabel('名稱').fill('年度合約')
  const close = form.getByLabel('預計成交日')
  await close.fill('99/1/5')
  await form.getByRole('button', { name: '1999-01-05' }).waitFor()
  await close.fill('115/12/31')
  await form.getByText('= 2026-12-31').waitFor()
  await shot(page, 'form-day-typed')
  await form.getByRole('button', { name: '儲存', exact: true }).click()
  await page.getByText('12/31').first().waitFor()

  await page.goto(`${app.url}/o/customers`)
  await page.getByRole('link', { name: /台灣積體電路/ }).first().waitFor()
  await shot(page, 'customers')
  await axe(page)
  await page.goto(`${app.url}/o/customers?q=tjd`)
  await page.getByRole('link', { name: /台灣積體電路/ }).first().waitFor()
  assert.equal(await page.getByRole('link', { name: /聯發科技/ }).count(), 0, 'pinyin initials find too much')

  await page.goto(`${app.url}/o/customers/${customers[0]}`)
  await page.getByText('約下週拜訪').first().waitFor()
  await shot(page, 'customer')
  await page.goto(`${app.url}/o/opportunities/board`)
  await page.getByText('辦公室擴編').first().waitFor()
  await shot(page, 'board')

  const phone = await app.newPage({ viewport: 'phone', theme: 'dark', like: page })
  await phone.goto(`${app.url}/o/customers`)
  await phone.getByText('台積電').first().waitFor()
  await shot(phone, 'customers-phone-dark')
})
