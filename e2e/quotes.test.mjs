// A quote from the product to the PDF: lines filled from products, totals that follow while one types and
// are the server's, the document seen on the page; on a phone.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { caller, company } from './company.mjs'
import { launch } from './harness.mjs'

/** Lets a page believe that its browser shows PDFs within pages, or does not. */
const showsPdf = (page, shows) => page.addInitScript((shows) => Object.defineProperty(Navigator.prototype, 'pdfViewerEnabled', { get: () => shows }), shows)

test('a quote is written, seen and printed', async (t) => {
  const app = await launch(t)
  const page = await company(app)
  const call = caller(page)
  const category = await call('POST', 'product_categories', { name: '影印機' })
  const product = (code, name, price, more) =>
    call('POST', 'products', { code, name, category: category.id, unit: '台', prices: [{ currency: 'TWD', price }, { currency: 'USD', price: String(Math.round(Number(price) / 31)) }], ...more })
  await product('MX-3070', '彩色數位複合機 MX-3070', '86500', { description: 'A3 彩色，每分鐘 30 頁，含雙面自動送稿' })
  await product('SV-12', '年度維護', '12000.5', { unit: '年' })
  await call('POST', 'letterheads', { name: '安心辦公設備股份有限公司', english_name: 'Calm Office Supplies Co., Ltd.', address: '新北市新莊區中正路 100 號 8 樓', tax_number: '12345675', phone: '02-2998-1234', mail: 'sales@calm.example', bank: '第一銀行 新莊分行\n帳號 123-45-678901' })
  const customer = await call('POST', 'customers', { name: '宏碩精密工業股份有限公司', tax_number: '04595257', payment_terms: '月結 60 天', address: { zip: '220', city: '新北市', district: '板橋區', street: '文化路一段 1 號' } })
  const text = (name) => page.locator(`#form-${name}`)
  const totals = () => page.locator('.totals').innerText()
  let id

  await t.test('products fill the lines, and the totals follow', async () => {
    await page.goto('/o/quotes?create=quote')
    await text('customer').fill('宏碩')
    await page.getByRole('option', { name: customer.name }).click()
    await page.waitForFunction(() => document.querySelector('#form-payment_terms')?.value === '月結 60 天')
    await page.locator('#form-items-0-product').fill('MX-3070')
    await page.getByRole('option', { name: /MX-3070/ }).click()
    await page.waitForFunction(() => document.querySelector('#form-items-0-price')?.value === '86500')
    await page.locator('#form-items-0-quantity').fill('3')
    await page.locator('#form-items-0-discount').fill('10')
    await page.locator('#form-items-0-quantity').press('Enter')
    await page.locator('#form-items-1-product').fill('維護')
    await page.getByRole('option', { name: '年度維護' }).click()
    await page.waitForFunction(() => document.querySelector('#form-items-1-price')?.value === '12000.5')
    assert.equal(await page.locator('#form-items-0-amount').inputValue(), '233550')
    await text('discount_off').fill('551')
    // 233550 + 12001 − 551, and 5 %
    assert.match(await totals(), /小計\s+NT\$245,551[\s\S]*折讓合計\s+-NT\$551[\s\S]*稅額\s+NT\$12,250[\s\S]*總計\s+NT\$257,250/)
    await app.shot(page, 'quote-form')
    await page.keyboard.press('Control+Enter')
    await page.waitForURL(/\/o\/quotes\/\d+/)
    id = page.url().match(/quotes\/(\d+)/)[1]
    const saved = await call('GET', `quotes/${id}`)
    assert.deepEqual([saved.total.amount, saved.net.amount, saved.items.map((r) => r.amount)], ['257250', '245000', ['233550', '12001']])
    assert.equal(saved.items[0].description, '彩色數位複合機 MX-3070\nA3 彩色，每分鐘 30 頁，含雙面自動送稿')
  })

  await t.test('another currency asks for other prices', async () => {
    await page.goto(`/o/quotes/${id}?edit=1`)
    await text('currency').selectOption('USD')
    await page.waitForFunction(() => document.querySelector('#form-items-0-price')?.value === '2790')
    assert.match(await totals(), /US\$/)
    page.once('dialog', (d) => d.accept())
    await page.keyboard.press('Escape')
  })

  await t.test('the document stands on its page and is downloaded', async () => {
    await showsPdf(page, true)
    await page.goto(`/o/quotes/${id}`)
    const frame = page.locator('iframe.paper')
    await frame.waitFor()
    const answer = await page.evaluate(async (url) => {
      const r = await fetch(url)
      return { type: r.headers.get('content-type'), start: (await r.text()).slice(0, 5) }
    }, (await frame.getAttribute('src')).split('#')[0])
    assert.deepEqual(answer, { type: 'application/pdf', start: '%PDF-' })
    await page.waitForTimeout(700)
    await app.shot(page, 'quote-page')
    await app.axe(page)
    const waiting = page.waitForEvent('download')
    await page.getByRole('link', { name: '下載 PDF' }).click()
    assert.match((await waiting).suggestedFilename(), /^報價單 Q-\d{4}-00001\.pdf$/)

    const without = await app.newPage({ like: page })
    await showsPdf(without, false)
    await without.goto(`/o/quotes/${id}`)
    await without.getByRole('link', { name: '開啟 PDF' }).waitFor()
    assert.equal(await without.locator('iframe.paper').count(), 0)
    await app.shot(without, 'quote-page-without')
    await without.context().close()

    await page.setViewportSize({ width: 390, height: 844 })
    await page.goto(`/o/quotes/${id}`)
    await page.getByRole('link', { name: '開啟 PDF' }).waitFor()
    assert.equal(await page.locator('iframe.paper').count(), 0)
    await app.shot(page, 'quote-page-phone')
    await page.goto(`/o/quotes/${id}?edit=1`)
    await page.locator('#form-items-0-price').waitFor()
    await app.shot(page, 'quote-form-phone')
  })

  await t.test('copied, sent, and revised', async () => {
    await page.setViewportSize({ width: 1440, height: 900 })
    await page.goto(`/o/quotes/${id}`)
    await page.getByRole('button', { name: '更多' }).click()
    await page.getByRole('menuitem', { name: '複製', exact: true }).click()
    await page.locator('#form-items-1-price').waitFor()
    await page.getByRole('button', { name: '儲存', exact: true }).click()
    await page.getByRole('heading', { name: /^Q-\d{4}-00002$/ }).waitFor()
    await page.getByRole('button', { name: '已送出' }).click()
    await page.getByRole('button', { name: '做新版本' }).click()
    await page.getByRole('dialog').getByRole('button', { name: '做新版本' }).click()
    await page.getByRole('heading', { name: /^Q-\d{4}-00002-V2$/ }).waitFor()
    await app.shot(page, 'quote-version')
  })
})
