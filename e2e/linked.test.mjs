// Who decides on a deal: the records a link leads to, listed on the pages of both ends, picked or made
// and linked at once, with what the link says of them changed in place, taken away and put back.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { account, caller, company, fill } from './company.mjs'
import { launch } from './harness.mjs'

test('links on the pages of both ends', async (t) => {
  const app = await launch(t)
  const page = await company(app)
  const made = await fill(page)
  const call = caller(page)
  const deal = made.opportunities[0]
  const links = async () => (await call('GET', `opportunity_contacts?filter=${encodeURIComponent(`opportunity = "${deal}"`)}`)).records
  const part = page.locator('#part-opportunity_contact-opportunity')
  const row = (name) => part.locator('.linked', { hasText: name })
  /** The answer comes after the picture: what is on the server is waited for. */
  const until = async (condition) => {
    for (let n = 0; n < 60 && !(await condition()); n++) await page.waitForTimeout(50)
    assert.ok(await condition())
  }

  await t.test('a contact is picked, those of the customer first, and called by role at once', async () => {
    await page.goto(`/o/opportunities/${deal}`)
    await part.getByRole('button', { name: '加入聯絡人' }).click()
    const box = part.locator('.linked-add input')
    await page.waitForFunction(() => document.activeElement?.getAttribute('role') === 'combobox')
    await box.click()
    await page.getByRole('option', { name: '黃經理' }).waitFor()
    const ime = await app.compose(page)
    await ime.show('ㄏㄨㄤ')
    for (const key of ['Enter', 'Escape', 'ArrowDown']) await ime.press(key)
    assert.equal((await links()).length, 0, 'a key of the input method linked somebody')
    await ime.commit('黃')
    await page.getByRole('option', { name: '黃經理' }).waitFor()
    await page.keyboard.press('Enter')
    await row('黃經理').waitFor()
    const role = row('黃經理').locator('select')
    await role.waitFor()
    await role.selectOption({ label: '決策者' })
    await page.keyboard.press('Enter')
    await row('黃經理').locator('.linked-value', { hasText: '決策者' }).waitFor()
    await until(async () => (await links())[0]?.role === 'decider')
    await row('黃經理').locator('.card-line', { hasText: '採購' }).waitFor()
  })

  await t.test('one who is linked already is not offered again', async () => {
    await part.getByRole('button', { name: '加入聯絡人' }).click()
    await part.locator('.linked-add input').click()
    await page.getByRole('option', { name: '吳先生' }).waitFor()
    assert.equal(await page.getByRole('option', { name: '黃經理' }).count(), 0)
    await page.getByRole('option', { name: '吳先生' }).click()
    await row('吳先生').locator('select').waitFor()
    await page.keyboard.press('Escape')
    await row('吳先生').getByRole('button', { name: '備註' }).click()
    await page.keyboard.type('每週三在公司')
    await page.keyboard.press('Enter')
    await row('吳先生').locator('.linked-value', { hasText: '每週三在公司' }).waitFor()
    await until(async () => (await links()).some((r) => r.note === '每週三在公司'))
    await app.shot(page, 'linked')
    await app.axe(page)
  })

  await t.test('one who is not there yet is made, belongs to the customer and is linked', async () => {
    await part.getByRole('button', { name: '加入聯絡人' }).click()
    await part.locator('.linked-add input').fill('新來的')
    await page.getByRole('option', { name: '新增「新來的」' }).click()
    await page.waitForFunction(() => document.querySelector('#form-name')?.value === '新來的')
    await app.shot(page, 'linked-make')
    await page.getByRole('dialog').getByRole('button', { name: '儲存' }).click()
    await row('新來的').waitFor()
    assert.match(page.url(), new RegExp(`/o/opportunities/${deal}$`), 'the page stays')
    const contact = (await call('GET', `contacts?q=${encodeURIComponent('新來的')}`)).records[0]
    assert.equal(contact.customer.id, made.customers[0])
    await until(async () => (await links()).length === 3)
  })

  await t.test('one is taken away and put back', async () => {
    await row('黃經理').getByRole('button', { name: '移除 黃經理' }).click()
    await row('黃經理').waitFor({ state: 'detached' })
    await page.locator('.toast', { hasText: '黃經理' }).getByRole('button', { name: '復原' }).click()
    await row('黃經理').locator('.linked-value', { hasText: '決策者' }).waitFor()
  })

  await t.test('from the other end: the deals of a contact, and another is linked there', async () => {
    await row('黃經理').getByRole('link', { name: '黃經理' }).click()
    await page.locator('h1', { hasText: '黃經理' }).waitFor()
    const deals = page.locator('#part-opportunity_contact-contact')
    await deals.getByRole('link', { name: '影印機年度維護' }).waitFor()
    await deals.locator('.linked-value', { hasText: '決策者' }).waitFor()
    await deals.getByRole('button', { name: '加入商機' }).click()
    await deals.locator('.linked-add input').fill('雲端')
    await page.getByRole('option', { name: '雲端列印導入' }).click()
    await deals.getByRole('link', { name: '雲端列印導入' }).waitFor()
    await app.shot(page, 'linked-contact')
    const phone = await app.newPage({ viewport: 'phone', theme: 'dark', like: page })
    await phone.goto(`/o/opportunities/${deal}`)
    await phone.locator('#part-opportunity_contact-opportunity .linked').first().scrollIntoViewIfNeeded()
    await app.shot(phone, 'linked-phone-dark')
    await app.axe(phone)
    assert.equal(await phone.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, 'the page scrolls sideways')
    await phone.close()
  })

  await t.test('who may not edit the deal sees the list and changes nothing', async () => {
    const role = await call('POST', 'roles', { name: '檢視', rights: { '*': { view: 'all' } } })
    await call('POST', 'users', { name: '讀者', login: 'reader', department: made.departments[0], role: role.id, password: account.password })
    app.expectProblem(/api\/v1\/(me|objects) answered 401/)
    const reader = await app.newPage()
    await reader.goto('/')
    await reader.locator('#login').fill('reader')
    await reader.locator('#password').fill(account.password)
    await reader.keyboard.press('Enter')
    await reader.locator('.home').waitFor()
    await reader.goto(`/o/opportunities/${deal}`)
    const list = reader.locator('#part-opportunity_contact-opportunity')
    await list.locator('.linked', { hasText: '黃經理' }).waitFor()
    assert.equal(await list.getByRole('button').count(), 0)
    await reader.close()
  })
})
