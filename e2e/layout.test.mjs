// An administrator lays out what lists and forms show, orders stages and gives words in other languages;
// what was typed for one customer never stands in the form of another.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { account, caller, company, fill } from './company.mjs'
import { launch } from './harness.mjs'

test('lists and forms are laid out in the settings', async (t) => {
  const app = await launch(t)
  const page = await company(app)
  const made = await fill(page)
  const call = caller(page)
  const object = async (name) => (await call('GET', 'objects')).objects.find((o) => o.name === name)
  const save = async () => {
    await page.getByRole('button', { name: '儲存', exact: true }).click()
    await page.locator('.toast', { hasText: '已儲存' }).waitFor()
  }
  const part = (name) => page.locator('.layout-part', { hasText: name }).first()

  await t.test('what lists show by themselves fits the page', async () => {
    await page.goto('/o/customers')
    await page.locator('.grid-row').first().waitFor()
    const [whole, room] = await page.locator('.grid').evaluate((el) => [el.scrollWidth, el.clientWidth])
    assert.ok(whole <= room, `the list of customers is ${whole} wide and has room for ${room}`)
    const phone = await app.newPage({ viewport: 'phone', like: page })
    for (const plural of ['customers', 'tasks', 'opportunities']) {
      await phone.goto(`/o/${plural}`)
      await phone.locator('.card-item').first().waitFor()
      const inside = await phone.locator('.card-item').evaluateAll((all) =>
        all.every((card) => [...card.querySelectorAll('strong, .card-line')].every((line) => {
          const [a, b] = [card.getBoundingClientRect(), line.getBoundingClientRect()]
          return b.top >= a.top + 4 && b.bottom <= a.bottom - 4
        })))
      assert.ok(inside, `the lines of a card of ${plural} stand on its edge`)
    }
    await phone.close()
  })

  await t.test('columns by keys and by dragging, seen in the list at once', async () => {
    await page.goto('/settings/layouts?object=contact')
    const list = part('清單的欄位')
    const names = () => list.locator('li .grow').allInnerTexts()
    await list.locator('li').first().waitFor()
    const before = await names()
    await list.getByRole('button', { name: `移動 ${before[0]}` }).focus()
    await page.keyboard.press('ArrowDown')
    assert.deepEqual((await names()).slice(0, 2), [before[1], before[0]])
    const label = await page.evaluate(() => document.activeElement.getAttribute('aria-label'))
    assert.match(label, new RegExp(`移動 ${before[0]}`), 'the keys stay with what is moved')
    const grip = await list.locator('.grip').nth(0).boundingBox()
    const third = await list.locator('li').nth(2).boundingBox()
    await page.mouse.move(grip.x + 8, grip.y + 8)
    await page.mouse.down()
    await page.mouse.move(grip.x + 8, third.y + third.height - 4, { steps: 8 })
    await page.mouse.up()
    assert.equal((await names())[2], before[1])
    await list.getByLabel('加入欄位到').selectOption({ label: 'LINE ID' })
    const want = await names()
    await app.shot(page, 'layout')
    await app.axe(page)
    await save()
    await page.goto('/o/contacts')
    await page.locator('.grid-head').waitFor()
    const heads = await page.locator('.grid-head [role=columnheader]').allInnerTexts()
    assert.deepEqual(heads.slice(1).map((x) => x.trim()), want)
  })

  await t.test('a section of its own, named in three languages, with a field out of another', async () => {
    await page.goto('/settings/layouts?object=contact')
    const form = part('表單的區塊')
    await form.getByRole('button', { name: '新增區塊' }).click()
    const card = form.locator('.column-card').last()
    await card.getByLabel('加入欄位到').selectOption({ label: '職稱' })
    await page.getByRole('button', { name: '儲存', exact: true }).click()
    await card.locator('.error-text').waitFor()
    await card.getByRole('textbox').first().fill('工作')
    await card.getByRole('button', { name: '工作 的其他語言' }).click()
    await card.locator('input[lang=zh-CN]').fill('职务')
    await card.locator('input[lang=en]').fill('Work')
    assert.equal(await form.locator('li', { hasText: '職稱' }).count(), 1)
    const others = await form.locator('.column-card').count()
    await card.getByRole('button', { name: '移動 工作' }).focus()
    for (let n = 1; n < others; n++) await page.keyboard.press('ArrowUp')
    await save()
    const sections = (await object('contact')).sections
    assert.deepEqual(sections[0], { label: '工作', labels: { 'zh-TW': '工作', 'zh-CN': '职务', en: 'Work' }, fields: ['title'] })
    await page.goto('/o/contacts?create=contact')
    await page.locator('fieldset.section legend').first().waitFor()
    assert.equal(await page.locator('fieldset.section legend').first().innerText(), '工作')
    const phone = await app.newPage({ viewport: 'phone', theme: 'dark', locale: 'en', like: page })
    await phone.goto('/settings/layouts?object=contact')
    await phone.locator('.layout-part').first().waitFor()
    await app.shot(phone, 'layout-phone-dark')
    await app.axe(phone)
    assert.equal(await phone.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, 'the page scrolls sideways')
    await phone.close()
  })

  await t.test('all of it is put back as it came', async () => {
    await page.goto('/settings/layouts?object=contact')
    page.once('dialog', (d) => d.accept())
    await page.getByRole('button', { name: '恢復原本的版面' }).click()
    await page.locator('.toast', { hasText: '已儲存' }).waitFor()
    assert.notEqual((await object('contact')).sections[0].label, '工作')
  })

  await t.test('stages: another order, another chance, words of another language', async () => {
    await page.goto('/settings/fields?object=opportunity')
    await page.getByRole('button', { name: '階段', exact: true }).click()
    const drawer = page.getByRole('dialog')
    const first = await drawer.getByLabel('第 1 個選項', { exact: true }).inputValue()
    const second = await drawer.getByLabel('第 2 個選項', { exact: true }).inputValue()
    await drawer.getByRole('button', { name: `移動 ${first}` }).press('ArrowDown')
    await drawer.getByLabel(`${second} 的成交機率`).fill('0')
    await drawer.getByLabel(`${first} 的成交機率`).fill('35')
    await drawer.getByRole('button', { name: `${first} 的其他語言` }).click()
    await drawer.locator('.words-others input[lang=en]').fill('Brand new')
    await app.shot(page, 'stages')
    await app.axe(page, { within: '.drawer' })
    await drawer.locator('button[type=submit]').click()
    await drawer.waitFor({ state: 'detached' })
    const options = (await object('opportunity')).fields.find((f) => f.name === 'stage').options
    assert.deepEqual(options.slice(0, 2).map((o) => [o.label, o.probability ?? 0, o.labels.en]), [[second, 0, options[0].labels.en], [first, 35, 'Brand new']])
    await page.goto('/o/opportunities/board')
    await page.locator('.column').first().waitFor()
    assert.match(await page.locator('.column h2').first().innerText(), new RegExp(second))
  })

  await t.test('a draft for one customer is not offered for another', async () => {
    const [one, two] = made.customers
    const deals = page.locator('#part-opportunity-customer')
    const begin = async (id) => {
      await page.goto(`/o/customers/${id}`)
      await deals.getByRole('button', { name: '新增商機' }).click()
      await page.locator('#form-name').waitFor()
    }
    await begin(one)
    await page.locator('#form-name').fill('給第一家的案子')
    page.on('dialog', (d) => d.accept())
    await begin(two)
    assert.equal(await page.locator('#form-name').inputValue(), '')
    assert.equal(await page.locator('.drawer .notice', { hasText: '草稿' }).count(), 0)
    await begin(one)
    assert.equal(await page.locator('#form-name').inputValue(), '給第一家的案子')
    page.removeAllListeners('dialog')
  })

  await t.test('a card that may not be moved says why', async () => {
    const role = await call('POST', 'roles', { name: '檢視', rights: { '*': { view: 'all' } } })
    await call('POST', 'users', { name: '讀者', login: 'reader', department: made.departments[0], role: role.id, password: account.password })
    const reader = await app.newPage()
    await reader.goto('/')
    await reader.locator('#login').fill('reader')
    await reader.locator('#password').fill(account.password)
    await reader.keyboard.press('Enter')
    await reader.locator('.home').waitFor()
    await reader.goto('/o/opportunities/board')
    const card = reader.locator('.board-card').first()
    await card.waitFor()
    assert.match(await card.getAttribute('title'), /商機/)
    await app.axe(reader)
    await reader.close()
  })
})
