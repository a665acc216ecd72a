// Pipelines: edited by keys, their conditions asked on the board and the page in the gesture that moves; competitors,
// a copy, the forecast and its targets.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { caller, company } from './company.mjs'
import { launch } from './harness.mjs'

test('deals go through their pipeline by its rules, and are foreseen', async (t) => {
  const app = await launch(t)
  const page = await company(app)
  const call = caller(page)
  const me = (await call('GET', 'me')).user
  const month = new Date().toISOString().slice(0, 7)
  const rival = (await call('POST', 'competitors', { name: '宏遠精密', strengths: '便宜' })).id
  const deal = (await call('POST', 'opportunities', { name: '產線更新', stage: 'qualified', expected_close: `${month}-15` })).id
  await call('POST', 'opportunity-competitors', { opportunity: deal, competitor: rival, stand: 'even', price: { amount: '90000' } })
  const dialog = page.getByRole('dialog')

  await t.test('the settings: order by keys, a condition, a checklist, a second pipeline', async () => {
    await page.goto('/settings/pipelines')
    const rows = page.locator('.stage-rows').first().locator('> li')
    await rows.nth(5).waitFor()
    await rows.nth(1).locator('.grip').first().focus()
    await page.keyboard.press('ArrowDown')
    const name = (n) => rows.nth(n).locator('input').first().inputValue()
    assert.equal(await name(2), '需求確認')
    await page.keyboard.press('ArrowUp')
    await page.waitForFunction(() => document.querySelectorAll('.stage-rows > li input')[0])
    assert.equal(await name(1), '需求確認')
    await page.getByRole('button', { name: /條件.*需求確認/ }).click()
    await rows.nth(1).getByRole('button', { name: '新增項目' }).click()
    await rows.nth(1).getByLabel('項目 1', { exact: true }).fill('確認預算')
    await rows.nth(1).getByLabel('必做').check()
    await page.getByRole('button', { name: /條件.*提案報價/ }).click()
    await rows.nth(2).getByLabel('加入欄位到「進入時必填」').selectOption({ label: '金額' })
    await app.axe(page)
    await app.shot(page, 'pipelines')
    await page.getByRole('button', { name: '新增流程' }).click()
    await page.getByLabel('流程名稱').nth(1).fill('標案')
    await page.getByRole('button', { name: '儲存' }).click()
    await page.locator('.toast', { hasText: '已儲存' }).waitFor()
    const object = await call('GET', 'objects/opportunity')
    const options = (f) => object.fields.find((x) => x.name === f).options
    assert.deepEqual(options('pipeline').map((o) => o.label), ['標準銷售', '標案'])
    assert.deepEqual(options('stage').find((o) => o.value === 'proposal').needs, ['amount'])
    assert.equal(options('stage_checks')[0].label, '確認預算')
  })

  await t.test('a stage with cards in it does not go, and says where they could', async () => {
    app.expectProblem(/pipelines answered 422/)
    await page.getByRole('button', { name: '移除 需求確認' }).first().click()
    await page.getByRole('button', { name: '儲存' }).click()
    await page.getByText('還有 1 筆資料').first().waitFor()
    await page.getByLabel('移到哪個階段').waitFor()
  })

  await t.test('the board asks for what is missing and moves in the same gesture, by keys', async () => {
    await page.goto('/o/opportunities/board')
    const card = page.locator(`.board-card[data-id="${deal}"]`)
    await card.focus()
    await page.keyboard.press('Space')
    await page.locator('.board-card.floating').waitFor()
    await page.waitForTimeout(200)
    await page.keyboard.press('ArrowRight')
    await page.locator('.column.over[data-stage=proposal]').waitFor()
    await page.keyboard.press('Space')
    await dialog.getByText('確認預算').waitFor()
    await dialog.getByRole('button', { name: '儲存' }).click()
    await dialog.getByText('請先完成必做的項目').waitFor()
    await app.shot(page, 'board-asks')
    await dialog.getByLabel('確認預算').check()
    await dialog.getByLabel('金額').first().fill('120000')
    await dialog.getByRole('button', { name: '儲存' }).click()
    await page.locator('[data-stage=proposal] .board-card').waitFor()
    let moved = await call('GET', `opportunities/${deal}`)
    // The card moves before the server says that it did.
    for (let n = 0; n < 60 && moved.stage !== 'proposal'; n++) {
      await page.waitForTimeout(50)
      moved = await call('GET', `opportunities/${deal}`)
    }
    assert.deepEqual([moved.stage, moved.amount.amount, moved.stage_checks.length], ['proposal', '120000', 1])
    await page.getByLabel('銷售流程').selectOption({ label: '標案' })
    await page.locator('.board-card').first().waitFor({ state: 'detached' })
  })

  await t.test('its page: how long in each stage, lost to whom, a copy of it', async () => {
    await page.goto(`/o/opportunities/${deal}`)
    await page.getByRole('button', { name: '階段歷程' }).click()
    await dialog.locator('.stays strong').nth(1).waitFor()
    assert.deepEqual(await dialog.locator('.stays strong').allInnerTexts(), ['需求確認', '提案報價'])
    await page.keyboard.press('Escape')
    await page.locator('.stages .stage', { hasText: '未成交' }).click()
    await dialog.getByRole('textbox').fill('價格')
    await dialog.getByRole('combobox').fill('宏遠')
    await page.getByRole('option', { name: '宏遠精密' }).click()
    await dialog.getByRole('button', { name: '儲存' }).click()
    await dialog.waitFor({ state: 'detached' })
    await page.locator('.stage.stage-lost').waitFor()
    assert.equal((await call('GET', `opportunities/${deal}`)).lost_to.id, rival)
    await page.goto(`/o/competitors/${rival}`)
    await page.getByRole('row', { name: /其中輸給它 1/ }).waitFor()
    await app.shot(page, 'competitor')
    await page.goto(`/o/opportunities/${deal}`)
    await page.getByRole('button', { name: '更多', exact: true }).first().click()
    await page.getByRole('menuitem', { name: '複製' }).click()
    await dialog.getByRole('button', { name: '儲存', exact: true }).click()
    await page.getByRole('heading', { name: '產線更新（複本）' }).waitFor()
    const copy = await call('GET', `opportunities/${page.url().split('/').pop().split('?')[0]}`)
    assert.deepEqual([copy.stage, copy.reason, copy.amount.amount], ['new', null, '120000'])
  })

  await t.test('the forecast: a target typed, sums that lead to their records', async () => {
    await page.goto('/forecast?tab=targets')
    const cell = page.getByLabel(`${me.name} ${month} 的目標`)
    await cell.fill('300,000')
    const kept = page.waitForResponse((r) => r.url().endsWith('/targets') && r.request().method() === 'POST')
    await cell.press('Enter')
    await kept
    await page.goto('/forecast')
    const row = page.getByRole('row', { name: /進行中商機/ })
    await row.getByRole('link', { name: 'NT$120,000' }).first().waitFor()
    assert.match(await page.getByRole('row', { name: /^目標/ }).first().innerText(), /NT\$300,000/)
    await app.axe(page)
    await app.shot(page, 'forecast')
    await row.getByRole('link', { name: 'NT$120,000' }).first().click()
    await page.locator('.grid-row', { hasText: '產線更新（複本）' }).waitFor()
    assert.equal(await page.locator('.grid-row').count(), 1)
  })
})
