// While an input method composes, no key of ours acts: real composition events through the browser's
// protocol in every kind of field, and Safari's Enter, which comes after the composition has ended.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { caller, company, fill } from './company.mjs'
import { launch } from './harness.mjs'

/** Safari sends the Enter that chose a candidate after compositionend, with key code 229. */
const safariEnter = (field, modifiers = {}) =>
  field.evaluate((el, modifiers) => {
    el.dispatchEvent(new CompositionEvent('compositionstart', { bubbles: true, data: '' }))
    el.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true, data: '中' }))
    const e = new KeyboardEvent('keydown', { key: 'Enter', code: 'Enter', keyCode: 229, bubbles: true, cancelable: true, ...modifiers })
    el.dispatchEvent(e)
  }, modifiers)

test('composing disturbs nothing', async (t) => {
  const app = await launch(t)
  const page = await company(app)
  const made = await fill(page)
  const call = caller(page)
  const sent = []
  page.on('request', (r) => {
    if (r.method() !== 'GET' && !/\/(duplicates|warnings)\b/.test(r.url())) sent.push(`${r.method()} ${r.url()}`)
  })
  /** Composes in the focused field; Enter, Escape and the like choose candidates; then the words. */
  async function composed(words) {
    const before = sent.length
    const ime = await app.compose(page)
    await ime.show('ㄓㄨㄥ')
    for (const key of ['Enter', 'Escape', 'Tab', 'ArrowDown']) await ime.press(key)
    await page.waitForTimeout(100)
    assert.deepEqual(sent.slice(before), [], 'a key of the input method wrote something')
    await ime.commit(words)
  }

  await t.test('searching the list waits for the words', async () => {
    await page.goto('/o/customers')
    await page.locator('.grid-row').nth(3).waitFor()
    const box = page.locator('.list-search')
    await box.focus()
    const asked = []
    page.on('request', (r) => r.url().includes('q=') && asked.push(decodeURIComponent(r.url())))
    const ime = await app.compose(page)
    await ime.show('ㄈㄨ')
    await page.waitForTimeout(600)
    assert.deepEqual(asked, [], 'half a word was searched')
    await ime.commit('福記')
    await page.locator('.grid-row', { hasText: '福記食品廠' }).waitFor()
    await page.waitForFunction(() => document.querySelectorAll('.grid-row').length === 2 || document.querySelectorAll('.grid-row[data-id]').length === 1)
    assert.match(asked[0], /福記/)
  })

  await t.test('a condition of the filter', async () => {
    await page.goto('/o/customers')
    await page.locator('.grid-row').nth(3).waitFor()
    await page.locator('.filters .chip-btn', { hasText: '篩選' }).click()
    const choice = page.locator('.popover input')
    await choice.waitFor()
    await composed('簡稱')
    assert.equal(await choice.inputValue(), '簡稱', 'the popover did not take the focus')
    await safariEnter(choice)
    assert.equal(await choice.count(), 1, 'the Enter of Safari chose a field')
    await page.keyboard.press('Enter')
    const value = page.locator('.popover').getByLabel('值', { exact: true })
    await value.waitFor()
    await composed('藍海')
    assert.equal(await value.inputValue(), '藍海', 'the value did not take the focus')
    assert.equal(await page.locator('.popover form').count(), 1, 'Enter that chose a candidate applied the filter')
    await page.keyboard.press('Enter')
    await page.locator('.popover').waitFor({ state: 'detached' })
  })

  await t.test('a form, and its shortcut to save', async () => {
    await page.goto('/o/customers?create=customer')
    const name = page.locator('#form-name')
    await name.focus()
    await composed('中興工業')
    assert.equal(await page.getByRole('dialog').count(), 1, 'the form went away')
    assert.equal(await name.inputValue(), '中興工業')
    await safariEnter(name, { ctrlKey: true })
    await page.waitForTimeout(100)
    assert.equal(await page.getByRole('dialog').count(), 1, 'the Enter of Safari saved')
    await page.keyboard.press('Control+Enter')
    await page.locator('h1', { hasText: '中興工業' }).waitFor()
  })

  await t.test('a value edited on the page of a record', async () => {
    await page.goto(`/o/customers/${made.customers[1]}`)
    await page.locator('.value.editable').nth(2).waitFor()
    await page.getByRole('button', { name: /簡稱/ }).first().click()
    const box = page.locator('#inline-short_name')
    await box.waitFor()
    await composed('大順')
    assert.equal(await box.count(), 1, 'Enter that chose a candidate closed the editor')
    await safariEnter(box)
    await page.waitForTimeout(100)
    assert.equal(await box.count(), 1, 'the Enter of Safari saved')
    await page.keyboard.press('Enter')
    await box.waitFor({ state: 'detached' })
    assert.equal((await call('GET', `customers/${made.customers[1]}`)).short_name, '大順')
  })

  await t.test('the composer', async () => {
    const box = page.locator('.composer-text')
    await box.focus()
    await composed('談妥交期')
    await safariEnter(box, { ctrlKey: true })
    await page.waitForTimeout(100)
    assert.equal(await box.inputValue(), '談妥交期')
    await page.keyboard.press('Control+Enter')
    await page.locator('.entry-activity', { hasText: '談妥交期' }).waitFor()
  })

  await t.test('the sheet that asks why, and the undo of a move', async () => {
    const id = made.opportunities[5]
    const stage = async () => (await call('GET', `opportunities/${id}`)).stage
    const until = async (value) => {
      for (let n = 0; n < 60 && (await stage()) !== value; n++) await page.waitForTimeout(50)
      assert.equal(await stage(), value)
    }
    await page.goto(`/o/opportunities/${id}`)
    const at = (kind) => page.locator('.stages .stage', { hasText: kind })
    await at('未成交').click()
    const why = page.getByRole('dialog').getByRole('textbox')
    await why.waitFor()
    await why.focus()
    await composed('價格')
    await safariEnter(why)
    await page.waitForTimeout(100)
    assert.equal(await page.getByRole('dialog').count(), 1)
    assert.equal(await stage(), 'negotiation', 'lost was written while the reason was composed')
    await page.keyboard.press('Enter')
    await until('lost')
    await page.locator('.toast').getByRole('button', { name: '復原' }).click()
    await until('negotiation')
    assert.equal((await call('GET', `opportunities/${id}`)).reason, null, 'the reason stayed behind')
    await at('成交').first().click()
    await until('won')
    await page.locator('.toast', { hasText: '成交' }).getByRole('button', { name: '復原' }).click()
    await until('negotiation')
  })

  await t.test('the palette', async () => {
    await page.keyboard.press('Control+k')
    const box = page.getByRole('dialog').getByRole('combobox')
    await box.waitFor()
    await composed('客戶')
    await safariEnter(box)
    assert.equal(await box.count(), 1, 'the Enter of Safari chose a command')
    await page.keyboard.press('Escape')
  })
})
