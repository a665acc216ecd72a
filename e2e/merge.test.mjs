// The same company twice: hinted while typing, refused by a rule and saved with a reason, found by a
// search over everything, told apart or merged, and taken apart again.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { caller, company } from './company.mjs'
import { axe, launch, shot } from './harness.mjs'

test('two records become one, and two again', async (t) => {
  const app = await launch(t)
  app.expectProblem(/customers answered 409/)
  const page = await company(app)
  const call = caller(page)
  const make = async (plural, body) => (await call('POST', plural, body)).id
  const one = await make('customers', {
    name: '宏碩精密工業股份有限公司', short_name: '宏碩', phones: [{ label: '總機', value: '02-2345-6001' }], tags: ['展覽'], level: 'B', note: '2024 台北展認識',
  })
  const two = await make('customers', {
    name: '宏碩精密工業', phones: [{ label: '業務', value: '0912-345-678' }], mails: [{ value: 'sales@hongshuo.example' }], tags: ['老客戶'], level: 'A',
    industry: '精密機械', address: { city: '新北市', district: '三重區', street: '重新路五段 12 號' },
  })
  await make('contacts', { name: '陳美惠', customer: two, title: '採購' })
  await make('activities', { kind: 'call', customer: two, result: '約下週三拜訪' })
  await make('customers', { name: '大順五金行', phones: [{ value: '03-333-1000' }] })
  await make('customers', { name: '大順五金行', phones: [{ value: '04-444-2000' }], address: { city: '台中市' } })

  await t.test('a rule refuses a third until there is a reason', async () => {
    await page.goto('/settings/duplicates')
    await page.getByRole('button', { name: '新增規則' }).click()
    await page.locator('#rule-name').fill('名稱相似不准重建')
    await page.getByLabel('比對方式').first().selectOption('similar')
    await page.locator('#rule-act').selectOption('block')
    await shot(page, 'duplicate-rule')
    await axe(page)
    await page.getByRole('button', { name: '儲存', exact: true }).click()
    await page.getByText('名稱相似不准重建').waitFor()
    await shot(page, 'duplicate-rules')

    await page.goto('/o/customers?create=customer')
    await page.locator('#form-name').fill('宏碩精密工業有限公司')
    await page.getByText('可能已經有了').waitFor()
    await page.getByRole('button', { name: '儲存', exact: true }).click()
    await page.getByText('規則不准重複建立').waitFor()
    await shot(page, 'duplicate-refused')
    await axe(page)
    await page.locator('#duplicate-reason').fill('集團裡的另一家')
    await page.getByRole('button', { name: '仍要儲存' }).click()
    await page.locator('.detail-title h1').getByText('宏碩精密工業有限公司').waitFor()
    const history = JSON.stringify(await call('GET', `customers/${page.url().split('/').pop()}/history`))
    assert.match(history, /集團裡的另一家/)
    const third = page.url().split('/').pop()
    await page.goto('/duplicates?object=customer')
    await call('DELETE', `customers/${third}`)
  })

  await t.test('everything is searched, and the queue worked off by keys', async () => {
    await page.goto('/duplicates?object=customer')
    await page.getByRole('button', { name: '全面查重' }).click()
    await page.locator('.duplicates-list li').nth(1).waitFor()
    await page.locator('.merge-outcome').waitFor()
    await shot(page, 'duplicates')
    await axe(page)
    const phone = await app.newPage({ viewport: 'phone', like: page })
    await phone.goto('/duplicates?object=customer')
    await phone.locator('.merge-outcome').waitFor()
    await shot(phone, 'duplicates-phone')
    await phone.context().close()
    // 大順五金行 twice are two shops.
    const dashun = page.locator('.duplicates-list button', { hasText: '大順五金行' })
    await dashun.click()
    await page.locator('.duplicates-group').getByText('大順五金行').first().waitFor()
    await page.keyboard.press('d')
    await page.getByText('不會再提醒').waitFor()
    await page.waitForFunction(() => document.querySelectorAll('.duplicates-list li').length === 1)
    // What the other says of the level stays; the rest is united or filled by itself.
    await page.locator('.merge-row', { hasText: '等級' }).getByRole('radio').nth(1).check()
    await page.locator('.merge-row', { hasText: '等級' }).locator('.merge-cell.on').waitFor()
    await page.getByRole('button', { name: '合併這 2 筆' }).click()
    await page.getByText('沒有重複資料').waitFor()
    await page.goto('/duplicates?object=customer&tab=merged')
    await page.getByRole('button', { name: '復原合併' }).waitFor()
    await shot(page, 'duplicates-merged')
  })

  await t.test('the address of what was merged leads to what stayed, with all that hung on it', async () => {
    const merges = (await call('GET', 'merges?object=customer')).merges
    const winner = merges[0].winner.id
    const loser = winner === one ? two : one
    await page.goto(`/o/customers/${loser}`)
    await page.getByText('這筆資料已合併到這裡').waitFor()
    await page.waitForURL(`**/o/customers/${winner}`)
    await page.getByText('陳美惠').first().waitFor()
    await page.getByText('約下週三拜訪').first().waitFor()
    await page.getByText('0912-345-678').first().waitFor()
    await page.getByText('02-2345-6001').first().waitFor()
    await page.getByRole('button', { name: '更多' }).first().click()
    await page.getByRole('menuitem', { name: '變更歷史' }).click()
    await page.getByRole('button', { name: '復原合併' }).click()
    await page.getByRole('dialog', { name: '復原合併' }).getByText('分出來').waitFor()
    await shot(page, 'unmerge')
    await axe(page)
    await page.getByRole('dialog', { name: '復原合併' }).getByRole('button', { name: '復原合併' }).click()
    await page.getByText('已復原合併').first().waitFor()
    assert.equal((await call('GET', `customers/${loser}`)).id, loser)
  })

  await t.test('from a list, dark and on a phone', async () => {
    const dark = await app.newPage({ theme: 'dark', like: page })
    await dark.goto('/o/customers?q=%E5%AE%8F%E7%A2%A9')
    const boxes = dark.getByRole('checkbox', { name: /宏碩/ })
    await boxes.nth(1).waitFor()
    await boxes.nth(0).check()
    await boxes.nth(1).check()
    await dark.getByRole('button', { name: '合併', exact: true }).click()
    await dark.locator('.merge-outcome').waitFor()
    await shot(dark, 'merge-dark')
    await axe(dark)
    await dark.context().close()
    const phone = await app.newPage({ viewport: 'phone', like: page })
    await phone.goto(`/o/customers/${one}`)
    await phone.getByRole('button', { name: '比對合併' }).click()
    await phone.locator('.merge-outcome').waitFor()
    await shot(phone, 'merge-phone')
    await phone.getByRole('button', { name: '合併這 2 筆' }).click()
    await phone.getByText('已把 2 筆合併為').waitFor()
    await phone.context().close()
  })
})
