// Follow-up as a salesperson does it: a call with its next step in a few gestures, from a customer's
// page and from anywhere; a task that repeats; the calendar with mouse, keys and finger; a phone's link.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { account, caller, fill, words } from './company.mjs'
import { axe, launch, shot } from './harness.mjs'

test('calls, tasks and the calendar', async (t) => {
  const app = await launch(t)
  app.expectProblem(/api\/v1\/(me|objects) answered 401/)
  const page = await app.newPage()
  await page.goto('/')
  const w = words('zh-TW')
  await page.evaluate(
    async (body) => {
      await fetch('/api/v1/setup', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
    },
    { company: w.company, language: 'zh-TW', currency: 'TWD', administrator: { name: w.admin, ...account }, demo: false },
  )
  const made = await fill(page)
  const call = caller(page)
  const customer = (await call('GET', `customers/${made.customers[1]}`)).name
  let gestures = 0
  const press = async (key) => {
    gestures++
    await page.keyboard.press(key)
  }

  await t.test('a call with its next step, from the page of a customer', async () => {
    await page.goto(`/o/customers/${made.customers[1]}`)
    await page.locator('.timeline').first().waitFor()
    gestures = 0
    await press('f')
    await page.keyboard.type('要看樣品，下週給報價')
    gestures++
    await page.locator('.composer').getByRole('button', { name: '3 天後' }).click()
    await shot(page, 'followup-composer')
    await press('Control+Enter')
    await page.getByText('下一步已列入待辦').waitFor()
    assert.ok(gestures <= 5, `${gestures} gestures`)
    t.diagnostic(`from a customer's page: ${gestures} gestures`)
    const { records } = await call('GET', `tasks?filter=${encodeURIComponent(`customer = "${made.customers[1]}"`)}&sort=-created_at&limit=1`)
    assert.equal(records[0].subject, '聯絡追蹤')
  })

  await t.test('the same from anywhere', async () => {
    await page.goto('/')
    await page.locator('.home').waitFor()
    gestures = 0
    await press('f')
    await page.getByRole('combobox', { name: '和誰' }).waitFor()
    await page.keyboard.type(customer.slice(0, 4))
    await press('Enter')
    await page.getByRole('dialog').locator('.composer-text').waitFor()
    await page.waitForFunction(() => document.activeElement?.classList.contains('composer-text'))
    await page.keyboard.type('約好週三到廠')
    gestures++
    await page.getByRole('dialog').getByRole('button', { name: '明天' }).click()
    await shot(page, 'followup-anywhere')
    await press('Control+Enter')
    await page.getByText('下一步已列入待辦').waitFor()
    assert.ok(gestures <= 5, `${gestures} gestures`)
    t.diagnostic(`from anywhere: ${gestures} gestures`)
    // The palette logs a visit too.
    await page.keyboard.press('Control+k')
    await page.locator('.overlay-palette input').waitFor()
    await page.keyboard.type('記錄 拜訪')
    await page.getByRole('option', { name: '記錄：拜訪' }).click()
    await page.getByRole('dialog', { name: '記一筆聯絡' }).waitFor()
    await page.keyboard.press('Escape')
  })

  await t.test('templates, and what an exported conversation says', async () => {
    await call('POST', 'log_templates', { name: '沒人接', result: '沒人接，改天再打', next_step: '再打一次', next_days: 1, shared: true })
    await page.goto(`/o/customers/${made.customers[2]}`)
    await page.locator('.composer-text').click()
    await page.getByRole('button', { name: '範本' }).click()
    await page.getByRole('menuitem', { name: '沒人接' }).click()
    assert.equal(await page.locator('.composer-text').inputValue(), '沒人接，改天再打')
    assert.equal(await page.getByRole('textbox', { name: '下一步' }).inputValue(), '再打一次')
    await page.locator('.composer-text').fill('')
    await page.locator('input[type=file][accept^=".txt"]').setInputFiles({
      name: '[LINE] 王小明.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('\uFEFF2026/11/20（五）\r\n14:30\t王小明\t樣品收到了\r\n14:32\t我\t好的，報價寄給您\r\n'),
    })
    await page.getByText('認出 LINE 對話，共 2 則').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('.composer').getByRole('button', { name: '儲存' }).click()
    await page.locator('.entry-activity', { hasText: '樣品收到了' }).waitFor()
  })

  await t.test('a task repeats, has a checklist, and is ticked off', async () => {
    const due = new Date(new Date().setUTCHours(1, 0, 0, 0) + 2 * 86_400_000).toISOString()
    await page.goto(`/o/tasks?create=task&preset=${encodeURIComponent(JSON.stringify({ subject: '交週報', due_at: due }))}`)
    await page.locator('#form-repeat').selectOption('WEEKLY')
    await page.locator('#form-checklist').fill('數字')
    await page.keyboard.press('Enter')
    await page.keyboard.type('寄出')
    await shot(page, 'followup-task-form')
    await page.getByRole('button', { name: '儲存', exact: true }).click()
    await page.getByText('已新增').first().waitFor()
    const [task] = (await call('GET', `tasks?filter=${encodeURIComponent('subject = "交週報"')}`)).records
    assert.equal(task.repeat, 'FREQ=WEEKLY')
    await page.goto(`/o/tasks/${task.id}`)
    await page.getByRole('checkbox', { name: '數字' }).click()
    await page.waitForFunction(async (id) => (await (await fetch(`/api/v1/tasks/${id}`)).json()).progress === 50, task.id)
    await shot(page, 'followup-task')
    await axe(page)
    await call('PATCH', `tasks/${task.id}`, { done: true })
    assert.equal((await call('GET', `tasks?filter=${encodeURIComponent('subject = "交週報"')}`)).records.length, 2)
  })

  await t.test('the calendar moves what is dragged, and takes it back', async () => {
    const noon = new Date(new Date().setUTCHours(4, 0, 0, 0)).toISOString()
    const task = await call('POST', 'tasks', { subject: '拖我', due_at: noon })
    await call('POST', 'activities', { kind: 'visit', customer: made.customers[0], subject: '到廠拜訪', at: new Date(Date.parse(noon) + 3_600_000).toISOString(), minutes: 90 })
    await page.goto('/calendar?v=week')
    const entry = page.locator('.cal-column .cal-entry', { hasText: '拖我' })
    await entry.scrollIntoViewIfNeeded()
    await shot(page, 'calendar-week')
    const box = await entry.boundingBox()
    await page.mouse.move(box.x + 20, box.y + 8)
    await page.mouse.down()
    await page.mouse.move(box.x + 20, box.y + 30, { steps: 4 })
    await page.mouse.move(box.x + 20, box.y + 8 + 88, { steps: 6 })
    await page.mouse.up()
    await page.getByText('「拖我」改到').waitFor()
    const due = async () => (await call('GET', `tasks/${task.id}`)).due_at
    const until = async (want) => {
      for (let i = 0; i < 50 && Date.parse(await due()) !== want; i++) await page.waitForTimeout(100)
      assert.equal(await due(), new Date(want).toISOString().replace('.000Z', 'Z'))
    }
    await until(Date.parse(noon) + 2 * 3_600_000)
    await page.getByRole('button', { name: '復原' }).click()
    await until(Date.parse(noon))
    // With keys alone.
    await page.locator('.cal-column .cal-entry', { hasText: '拖我' }).focus()
    await page.keyboard.press('Alt+ArrowDown')
    await until(Date.parse(noon) + 15 * 60_000)
    await page.goto('/calendar?v=month')
    await page.locator('.cal-cell .cal-entry').first().waitFor()
    await shot(page, 'calendar-month')
    await axe(page)
    await page.getByRole('button', { name: /^預計成交/ }).click()
    await page.waitForFunction(() => !document.querySelector('.cal-cell .cal-opportunity'))
  })

  await t.test('a phone subscribes, and is cut off at once', async () => {
    await page.goto('/settings/calendar')
    await page.locator('#calendar-link').fill('我的手機')
    await page.getByRole('button', { name: '建立連結' }).click()
    const address = await page.locator('.secret code').innerText()
    await shot(page, 'calendar-link')
    const read = () => fetch(address.replace(/^https?:\/\/[^/]+/, app.url))
    const text = await (await read()).text()
    assert.match(text, /BEGIN:VCALENDAR[\s\S]*拖我/)
    await page.getByRole('button', { name: '完成', exact: true }).click()
    page.once('dialog', (d) => d.accept())
    await page.getByRole('button', { name: '撤銷' }).click()
    await page.getByText('已刪除').first().waitFor()
    assert.equal((await read()).status, 404)
  })

  await t.test('on a phone, in the dark', async () => {
    const phone = await app.newPage({ viewport: 'phone', theme: 'dark', like: page })
    await phone.goto('/calendar')
    await phone.locator('.cal-agenda .cal-entry').first().waitFor()
    await shot(phone, 'calendar-agenda-phone')
    await phone.goto('/calendar?v=month')
    await phone.locator('.cal-month-small').waitFor()
    await shot(phone, 'calendar-month-phone')
    await axe(phone)
    await phone.goto(`/?create=activity&preset=${encodeURIComponent(JSON.stringify({ kind: 'visit' }))}`)
    await phone.getByRole('combobox', { name: '和誰' }).fill(customer.slice(0, 4))
    await phone.locator('#log-who-list [role=option]').first().click()
    await phone.locator('.composer-text').waitFor()
    await phone.context().grantPermissions(['geolocation'])
    await phone.context().setGeolocation({ latitude: 25.033964, longitude: 121.564468 })
    await phone.getByRole('button', { name: '目前位置' }).click()
    await phone.getByRole('button', { name: '不記位置' }).waitFor()
    await phone.locator('.composer-text').fill('簽好合約')
    await shot(phone, 'followup-visit-phone')
    await axe(phone)
    await phone.getByRole('button', { name: '儲存' }).click()
    await phone.getByText('已記下').waitFor()
    const [visit] = (await call('GET', `activities?filter=${encodeURIComponent('result ~ "簽好合約"')}`)).records
    assert.deepEqual([visit.place.latitude, visit.place.longitude], [25.033964, 121.564468])
    await phone.context().close()
  })
})
