// The rows of a record: a field of the type `lines` made at run time, typed, pasted, moved, deleted
// and put back in a real browser, with two hundred rows, with errors, on a phone, with an input method.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { caller, company } from './company.mjs'
import { launch } from './harness.mjs'

const word = (tw) => ({ 'zh-TW': tw, 'zh-CN': tw, en: tw })
const column = (name, type, label, more = {}) => ({ name, type, labels: word(label), ...more })

/** A block as a spreadsheet puts it on the clipboard. */
const block = (count, at = {}) =>
  `${Array.from({ length: count }, (_, n) => at[n] ?? [`零件 ${n + 1}`, `${n + 1}.5`, `NT$1,${String(n).padStart(3, '0')}`, '2026/12/5', n % 2 ? '已出貨' : '未出貨'].join('\t')).join('\r\n')}\r\n`

/** Pastes text as the clipboard of another program does. */
const paste = (field, text) =>
  field.evaluate((el, text) => {
    el.focus()
    const clipboardData = new DataTransfer()
    clipboardData.setData('text/plain', text)
    el.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
  }, text)

test('rows are edited together with their record', async (t) => {
  const app = await launch(t)
  const page = await company(app)
  const call = caller(page)
  await call('POST', 'objects/customer/fields', {
    name: 'x_items', type: 'lines', labels: word('明細'),
    rows: [
      column('x_item', 'text', '品名', { required: true }),
      column('x_qty', 'decimal', '數量', { scale: 2 }),
      column('x_price', 'money', '單價'),
      column('x_due', 'date', '交期'),
      column('x_state', 'picklist', '狀態', { options: [{ value: 'open', label: word('未出貨') }, { value: 'sent', label: word('已出貨') }] }),
      column('x_maker', 'reference', '廠商', { targets: ['customer'] }),
      column('x_person', 'user', '經手人'),
    ],
  })
  await call('POST', 'customers', { name: '大明"精密"五金' })
  const cell = (on, row, name) => on.locator(`#form-x_items-${row}-${name}`)
  const rows = (on) => on.locator('.lines-editor tbody tr')
  const focused = (on) => on.evaluate(() => document.activeElement?.id)
  const of = async (id) => (await call('GET', `customers/${id}`)).x_items
  let id

  await t.test('typed by keyboard: Enter and Tab at the end add a row', async () => {
    await page.goto('/o/customers?create=customer')
    await page.locator('#form-name').fill('明細公司')
    await page.getByRole('button', { name: '新增一列' }).click()
    await page.waitForFunction(() => document.activeElement?.id === 'form-x_items-0-x_item')
    await page.keyboard.type('甲')
    await page.keyboard.press('Tab')
    await page.keyboard.type('2')
    await page.keyboard.press('Enter')
    assert.equal(await focused(page), 'form-x_items-1-x_item', 'Enter in the last row adds one')
    await page.keyboard.type('乙')
    await cell(page, 1, 'x_person').focus()
    await page.keyboard.press('Tab')
    assert.equal(await focused(page), 'form-x_items-2-x_item', 'Tab in the last cell adds one')
    await cell(page, 2, 'x_person').focus()
    await page.keyboard.press('Tab')
    assert.notEqual(await focused(page), 'form-x_items-3-x_item', 'Tab leaves from a blank row')
    assert.equal(await rows(page).count(), 3)
    await cell(page, 2, 'x_item').focus()
    await page.keyboard.press('ArrowUp')
    assert.equal(await focused(page), 'form-x_items-1-x_item')
    await page.keyboard.press('Alt+ArrowUp')
    assert.equal(await cell(page, 0, 'x_item').inputValue(), '乙')
    assert.equal(await focused(page), 'form-x_items-0-x_item', 'the row that moved keeps the focus')
    await app.shot(page, 'lines-typed')
    await page.keyboard.press('Control+Enter')
    await page.locator('h1', { hasText: '明細公司' }).waitFor()
    id = page.url().match(/customers\/(\d+)/)[1]
    const items = await of(id)
    assert.deepEqual(items.map((r) => r.x_item), ['乙', '甲'], 'the blank row at the end is no row')
  })

  const edit = async (on) => {
    await on.goto(`/o/customers/${id}?edit=1`)
    await cell(on, 0, 'x_item').waitFor()
  }

  await t.test('composing in a cell disturbs nothing', async () => {
    await edit(page)
    await cell(page, 0, 'x_item').focus()
    await page.keyboard.press('End')
    const ime = await app.compose(page)
    await ime.show('ㄓㄨㄥ')
    for (const key of ['Enter', 'Tab', 'ArrowDown', 'ArrowUp']) await ime.press(key)
    assert.equal(await rows(page).count(), 2)
    assert.equal(await focused(page), 'form-x_items-0-x_item')
    await ime.commit('中')
    assert.equal(await cell(page, 0, 'x_item').inputValue(), '乙中')
  })

  await t.test('two hundred rows of a spreadsheet', async () => {
    await edit(page)
    const began = Date.now()
    await paste(cell(page, 0, 'x_item'), block(200))
    await cell(page, 199, 'x_item').waitFor()
    t.diagnostic(`pasting 200 rows took ${Date.now() - began} ms`)
    assert.equal(await rows(page).count(), 200)
    assert.equal(await cell(page, 56, 'x_qty').inputValue(), '57.5')
    assert.equal(await cell(page, 56, 'x_price').inputValue(), '1056')
    assert.equal(await cell(page, 56, 'x_due').inputValue(), '2026-12-05')
    assert.equal(await cell(page, 57, 'x_state').inputValue(), 'sent')
    await page.locator('.toast', { hasText: '已貼上 200 列' }).getByRole('button', { name: '復原' }).click()
    await page.waitForFunction(() => document.querySelectorAll('.lines-editor tbody tr').length === 2)
    await paste(cell(page, 0, 'x_item'), block(200))
    await cell(page, 199, 'x_item').waitFor()

    // What a key costs the program: drawing all rows anew would take many times longer.
    await cell(page, 100, 'x_item').focus()
    const costs = await cell(page, 100, 'x_item').evaluate(async (el) => {
      const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set
      const out = []
      for (let n = 0; n < 10; n++) {
        const began = performance.now()
        set.call(el, `${el.value}字`)
        el.dispatchEvent(new InputEvent('input', { bubbles: true }))
        await null
        await null
        out.push(performance.now() - began)
        await new Promise((done) => requestAnimationFrame(() => setTimeout(done)))
      }
      return out.sort((a, b) => a - b)
    })
    t.diagnostic(`a key in one of 200 rows: best ${costs[0].toFixed(1)} ms, median ${Math.round(costs[5])} ms, worst ${Math.round(costs[9])} ms`)
    assert.ok(costs[0] < 40, `a key takes ${costs[0]} ms`)
    const frames = await page.locator('.drawer .lines').evaluate(async (el) => {
      const out = []
      let last = performance.now()
      for (let n = 0; n < 40; n++) {
        el.scrollTop += 120
        await new Promise(requestAnimationFrame)
        out.push(performance.now() - last)
        last = performance.now()
      }
      return out.sort((a, b) => a - b)
    })
    t.diagnostic(`scrolling: median frame ${Math.round(frames[20])} ms, worst ${Math.round(frames[39])} ms`)
    assert.ok(frames[5] < 60, `a frame takes ${frames[5]} ms`)
    await app.shot(page, 'lines-200')
  })

  await t.test('a row moves, goes and comes back', async () => {
    await page.getByRole('button', { name: '第 3 列的動作' }).click()
    await page.getByRole('menuitem', { name: '上移' }).click()
    assert.equal(await cell(page, 1, 'x_item').inputValue(), '零件 3')
    await cell(page, 1, 'x_item').focus()
    await page.keyboard.press('Alt+Delete')
    await page.waitForFunction(() => document.querySelectorAll('.lines-editor tbody tr').length === 199)
    assert.equal(await cell(page, 1, 'x_item').inputValue(), '零件 2')
    await page.locator('.toast', { hasText: '已刪除第 2 列' }).getByRole('button', { name: '復原' }).click()
    await page.waitForFunction(() => document.querySelectorAll('.lines-editor tbody tr').length === 200)
    assert.equal(await cell(page, 1, 'x_item').inputValue(), '零件 3')
  })

  await t.test('a wrong value is named by its row and field, and nothing typed is lost', async () => {
    app.expectProblem(/PATCH .*customers\/\d+ answered 422/)
    await paste(cell(page, 56, 'x_qty'), '很多\t800')
    await cell(page, 80, 'x_item').fill('')
    await page.keyboard.press('Control+Enter')
    const summary = page.locator('.summary')
    await summary.waitFor()
    const told = await summary.innerText()
    assert.match(told, /明細 第 57 列 數量 — /)
    assert.equal(await focused(page), 'form-x_items-56-x_qty', 'the first wrong cell has the focus')
    assert.equal(await cell(page, 56, 'x_qty').inputValue(), '很多')
    assert.equal(await cell(page, 56, 'x_price').inputValue(), '800')
    assert.equal(await cell(page, 199, 'x_item').inputValue(), '零件 200')
    await app.shot(page, 'lines-wrong')
    await app.axe(page, { within: '.drawer' })
    await cell(page, 56, 'x_qty').fill('12')
    await page.keyboard.press('Control+Enter')
    await page.locator('.summary', { hasText: '第 81 列 品名' }).waitFor()
    await cell(page, 80, 'x_item').fill('補上')
    await page.keyboard.press('Control+Enter')
    await page.locator('.drawer').waitFor({ state: 'detached' })
  })

  await t.test('what was saved is there again, on the page and in the form', async () => {
    const items = await of(id)
    assert.equal(items.length, 200)
    assert.deepEqual([items[1].x_item, items[2].x_item], ['零件 3', '零件 2'])
    assert.equal(items[80].x_item, '補上')
    assert.equal(Number(items[56].x_qty), 12)
    await page.goto(`/o/customers/${id}`)
    await page.locator('.lines tbody tr').nth(199).waitFor({ state: 'attached' })
    await app.shot(page, 'lines-page')
    await edit(page)
    await cell(page, 199, 'x_item').waitFor({ state: 'attached' })
    assert.equal(await cell(page, 199, 'x_item').inputValue(), '零件 200')
  })

  await t.test('names pasted into references become the records they name', async () => {
    app.expectProblem(/PATCH .*customers\/\d+ answered 422/)
    await page.goto(`/o/customers/${id}`)
    await page.getByRole('button', { name: '編輯明細' }).click()
    await page.waitForFunction(() => document.activeElement?.closest('#form-x_items'))
    const found = page.waitForResponse((r) => r.url().includes('/users?'))
    await paste(cell(page, 0, 'x_maker'), '大明"精密"五金\t陳怡君\r\n沒有這家\t陳怡君\r\n')
    await found
    await page.keyboard.press('Control+Enter')
    await page.locator('.summary', { hasText: '第 2 列 廠商' }).waitFor()
    assert.equal(await cell(page, 1, 'x_maker').inputValue(), '沒有這家')
    await cell(page, 1, 'x_maker').fill('')
    await page.keyboard.press('Control+Enter')
    await page.locator('.drawer').waitFor({ state: 'detached' })
    const items = await of(id)
    assert.equal(items[0].x_maker.label, '大明"精密"五金')
    assert.deepEqual(items.slice(0, 2).map((r) => r.x_person.label), ['陳怡君', '陳怡君'])
  })

  await t.test('on a phone the rows are cards', async () => {
    const phone = await app.newPage({ viewport: 'phone', theme: 'dark', like: page })
    await edit(phone)
    await cell(phone, 0, 'x_item').scrollIntoViewIfNeeded()
    const card = await rows(phone).first().boundingBox()
    const input = await cell(phone, 0, 'x_item').boundingBox()
    assert.ok(card.width <= 390 && card.height > 180, `a card of ${card.width} x ${card.height}`)
    assert.ok(input.width > 180 && input.height >= 40, `an input of ${input.width} x ${input.height}`)
    const wide = await phone.evaluate(() => document.documentElement.scrollWidth > innerWidth || document.querySelector('.drawer-body').scrollWidth > document.querySelector('.drawer-body').clientWidth)
    assert.equal(wide, false, 'the page scrolls sideways')
    await app.shot(phone, 'lines-phone-dark')
    await phone.getByRole('button', { name: '第 1 列的動作' }).click()
    await phone.getByRole('menuitem', { name: '下移' }).click()
    assert.equal(await cell(phone, 1, 'x_item').inputValue(), '零件 1')
    await app.axe(phone, { within: '.drawer' })
    await phone.close()
  })
})
