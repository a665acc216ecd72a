// The order of a list: one that the reader may not ask for is told in his words, and the list stays as it was.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { account, caller, company } from './company.mjs'
import { launch } from './harness.mjs'

test('a list is not left empty by an order that is refused', async (t) => {
  const app = await launch(t)
  const page = await company(app)
  const call = caller(page)
  const department = (await call('GET', 'departments')).records[0].id
  const seller = await call('POST', 'users', { name: '林志明', login: 'seller', department, role: { key: 'salesperson' }, password: account.password })
  for (let from = 0; from < 1002; from += 501) {
    const create = Array.from({ length: 500 }, (_, i) => ({ name: `客戶${from + i}`, owner: seller.id }))
    assert.equal((await call('POST', 'customers/batch', { create })).created, 500)
  }
  const first = (await call('GET', 'customers?limit=1')).records[0]
  await call('POST', 'customers', { name: '別人的客戶' })
  await call('POST', 'customers', { name: '第一千零一', owner: seller.id })
  for (const name of ['乙', '甲']) await call('POST', 'contacts', { name, customer: first.id, owner: seller.id })
  await call('POST', 'opportunities', { name: '大案', customer: first.id, stage: 'new', owner: seller.id })

  const reader = await app.newPage()
  await reader.goto('/')
  await reader.locator('#login').fill('seller')
  await reader.locator('#password').fill(account.password)
  await reader.keyboard.press('Enter')
  await reader.locator('.home').waitFor()
  const notice = reader.locator('.order-notice')
  app.expectProblem(/GET \S+sort=-?customer\S* answered 422/)

  await t.test('the head of a column one may not sort by says why', async () => {
    await reader.goto('/o/contacts?sort=-name')
    const head = reader.locator('.grid-head [role=columnheader]', { hasText: '客戶' }).first()
    await head.waitFor()
    assert.equal(await head.getByRole('button').count(), 0)
    assert.match(await head.locator('[title]').getAttribute('title'), /資料太多/)
  })

  await t.test('a view that asks for it leaves the list in the order it stood in', async () => {
    await call('POST', 'views', { object: 'contact', name: '依客戶', sort: 'customer', shared_with: 'all' })
    await reader.reload()
    await reader.locator('.grid-row').nth(1).waitFor()
    const names = () => reader.locator('.grid-row [aria-colindex="1"]').allInnerTexts()
    const before = await names()
    await reader.getByRole('link', { name: '依客戶' }).click()
    await notice.getByText('資料太多，不能依名稱排序').waitFor()
    await reader.locator('.grid-row').nth(1).waitFor()
    assert.deepEqual(await names(), before)
    assert.match(reader.url(), /sort=-name/)
    assert.equal(await reader.locator('.state[role=alert]').count(), 0)
    await app.shot(reader, 'order-refused')
    await app.axe(reader)
    await reader.locator('.grid-head .sort-btn', { hasText: '姓名' }).click()
    await notice.waitFor({ state: 'detached' })
  })

  await t.test('an address that asks for it opens the list in its own order, and the board too', async () => {
    await reader.goto('/o/contacts?sort=customer')
    await notice.waitFor()
    await reader.locator('.grid-row').nth(1).waitFor()
    await reader.goto('/o/opportunities/board?sort=customer')
    await notice.waitFor()
    await reader.locator('.board-card', { hasText: '大案' }).waitFor()
    assert.equal(await reader.locator('.state[role=alert]').count(), 0)
    await app.axe(reader)
  })
})
