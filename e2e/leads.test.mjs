// From a card in the hand to a customer: taken with the phone, typed beside its picture, converted;
// and what strangers write on a public form, given to whoever's turn it is.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { account, caller, fill, words } from './company.mjs'
import { axe, launch, shot } from './harness.mjs'

/** A picture of a card with a name on it. */
async function card(page, lines) {
  const data = await page.evaluate((lines) => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 900, height: 540 })
    const c = canvas.getContext('2d')
    c.fillStyle = '#fdfcf7'
    c.fillRect(0, 0, 900, 540)
    c.fillStyle = '#1f3b6d'
    c.fillRect(0, 0, 28, 540)
    lines.forEach((text, i) => {
      c.font = `${i === 1 ? 64 : 34}px sans-serif`
      c.fillText(text, 80, 110 + i * 86)
    })
    return canvas.toDataURL('image/png').split(',')[1]
  }, lines)
  return { name: 'card.png', mimeType: 'image/png', buffer: Buffer.from(data, 'base64') }
}

test('a card becomes a customer, a stranger a lead', async (t) => {
  const app = await launch(t)
  app.expectProblem(/api\/v1\/(me|objects) answered 401/)
  app.expectProblem(/actions\/convert answered 409/)
  const page = await app.newPage()
  await page.goto('/')
  const w = words('zh-TW')
  await page.evaluate(
    async (body) => {
      await fetch('/api/v1/setup', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
    },
    { company: w.company, language: 'zh-TW', currency: 'TWD', administrator: { name: w.admin, ...account }, demo: false },
  )
  await fill(page)
  const call = caller(page)

  await t.test('a card is taken in one gesture and waits to be typed', async () => {
    const phone = await app.newPage({ viewport: 'phone', like: page })
    await phone.goto('/o/leads')
    await phone.getByRole('button', { name: '新增', exact: true }).last().click()
    const chooser = phone.waitForEvent('filechooser')
    await phone.getByRole('menuitem', { name: '拍名片' }).click()
    await (await chooser).setFiles([await card(page, ['宏達精密股份有限公司', '王小明', '採購經理', '0912-345-678', 'wang@hongda.example'])])
    await phone.getByText('已存 1 張').waitFor()
    await phone.getByRole('button', { name: '再拍一張' }).waitFor()
    await phone.getByRole('button', { name: '輸入名片（1）' }).waitFor()
    await shot(phone, 'lead-card-taken-phone')
    await phone.getByRole('button', { name: '輸入名片（1）' }).click()
    await phone.locator('.beside img').waitFor()
    await shot(phone, 'lead-card-typing-phone')
    await phone.context().close()
  })

  await t.test('it is typed with the picture beside the form', async () => {
    await page.goto('/o/leads')
    await page.getByRole('button', { name: '輸入名片（1）' }).click()
    await page.locator('.beside img').waitFor()
    await page.locator('#form-name').fill('王小明')
    await page.locator('#form-company').fill('宏達精密股份有限公司')
    await page.locator('#form-title').fill('採購經理')
    await shot(page, 'lead-card-typing')
    await axe(page)
    await page.getByRole('button', { name: '儲存，下一張' }).click()
    await page.getByText('名片都輸入完了').waitFor()
    await page.getByRole('button', { name: '完成' }).click()
    await page.locator('.grid-row', { hasText: '王小明' }).waitFor()
    await shot(page, 'lead-list')
  })

  await t.test('it is converted; whoever comes later is told what it became', async () => {
    const lead = (await call('GET', 'leads?limit=1')).records[0]
    await call('POST', 'activities', { lead: lead.id, kind: 'call', result: '約下週三到廠' })
    await page.goto(`/o/leads/${lead.id}`)
    await page.getByText('約下週三到廠').waitFor()
    await shot(page, 'lead-page')
    const late = await app.newPage({ like: page })
    await late.goto(`/o/leads/${lead.id}`)
    await late.getByRole('button', { name: '轉換', exact: true }).click()
    await late.getByRole('dialog').getByLabel('商機名稱').waitFor()
    await page.getByRole('button', { name: '轉換', exact: true }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('商機名稱').fill('產線升級')
    await shot(page, 'lead-convert')
    await axe(page)
    await dialog.getByRole('button', { name: '轉換', exact: true }).click()
    await page.waitForURL(/\/o\/customers\//)
    await page.getByRole('heading', { name: '宏達精密股份有限公司' }).waitFor()
    await page.getByText('約下週三到廠').waitFor()
    await late.getByRole('dialog').getByRole('button', { name: '轉換', exact: true }).click()
    await late.getByText('轉換成客戶「宏達精密股份有限公司」').first().waitFor()
    await shot(late, 'lead-convert-late')
    await late.context().close()
    await page.goto(`/o/leads/${lead.id}`)
    await page.getByRole('link', { name: '宏達精密股份有限公司' }).first().waitFor()
    await shot(page, 'lead-converted')
  })

  await t.test('a form is put together, and a stranger fills it in without a script', async () => {
    const me = (await call('GET', 'me')).user.id
    await page.goto('/settings/assignment')
    await shot(page, 'assignment-empty')
    await call('POST', 'assignment-rules', { name: '北部', condition: 'region = "北部"', people: [me], position: 1 })
    await call('POST', 'assignment-rules', { name: '其他', people: [me], position: 2 })
    await page.reload()
    await page.getByRole('button', { name: '編輯北部' }).click()
    await page.getByRole('dialog').getByText('地區').first().waitFor()
    await shot(page, 'assignment-rule')
    await axe(page)
    await page.keyboard.press('Escape')
    await page.goto('/settings/forms')
    await page.getByRole('button', { name: '新增表單' }).click()
    await page.locator('#wf-name').fill('官網詢價')
    await page.locator('#wf-title').fill('聯絡我們')
    await page.locator('#wf-consent_text').fill('我們只用您的資料回覆這次的詢問。')
    await shot(page, 'web-form-builder')
    await axe(page)
    await page.getByRole('button', { name: '儲存', exact: true }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await shot(page, 'web-forms')
    const link = await page.locator('.secret code').first().textContent()
    const stranger = await app.newPage({ viewport: 'phone' })
    app.expectProblem(/\/f\/\w+\? answered 422/)
    await stranger.goto(link)
    await stranger.getByRole('button', { name: '送出' }).click()
    await stranger.getByRole('alert').waitFor()
    await shot(stranger, 'web-form-wrong-phone', { fullPage: true })
    await axe(stranger)
    await stranger.getByLabel('姓名').fill('林怡君')
    await stranger.getByLabel('電子郵件').fill('lin@example.com')
    await stranger.getByLabel('我同意以上聲明').check()
    await stranger.getByRole('button', { name: '送出' }).click()
    await stranger.getByText('我們收到了').waitFor()
    await shot(stranger, 'web-form-thanks-phone')
    const [made] = (await call('GET', 'leads?limit=1&sort=-created_at')).records
    assert.equal(made.name, '林怡君')
    assert.equal(made.owner.id, me)
    assert.match(made.consent_text, /只用您的資料/)
  })
})
