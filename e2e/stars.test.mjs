// What a person reaches for again and again: starred records and views in the rail, and customers
// known by their logo.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { account, caller, fill, words } from './company.mjs'
import { axe, launch, shot } from './harness.mjs'

test('favorites stand in the rail, logos in the list', async (t) => {
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
  const id = made.customers[0]
  const { name } = await call('GET', `customers/${id}`)
  const starred = page.locator('.rail .favorites')

  await t.test('a starred customer stays in the rail, under its name of today', async () => {
    await page.goto(`/o/customers/${id}`)
    await page.getByRole('button', { name: '加入我的最愛' }).click()
    await starred.getByRole('link', { name }).waitFor()
    await page.reload()
    await page.getByRole('button', { name: '移出我的最愛', pressed: true }).waitFor()
    await call('PATCH', `customers/${id}`, { name: '新名字企業' })
    await page.goto('/')
    await starred.getByRole('link', { name: '新名字企業' }).click()
    await page.waitForURL(new RegExp(`/o/customers/${id}`))
    await axe(page)
  })

  await t.test('a starred view opens its list as it was saved', async () => {
    await call('POST', 'views', { object: 'customer', name: '重點客戶', filter: 'level = "A"' })
    await page.goto('/o/customers')
    await page.getByRole('link', { name: '重點客戶' }).click()
    await page.getByRole('button', { name: /重點客戶.*選單/ }).click()
    await page.getByRole('menuitem', { name: '加入我的最愛' }).click()
    await page.getByRole('link', { name: '全部' }).click()
    await starred.getByRole('link', { name: '重點客戶' }).click()
    await page.locator('.view-tab.active', { hasText: '重點客戶' }).waitFor()
    assert.match(page.url(), /level/)
    await shot(page, 'favorites')
  })

  await t.test('favorites are put in order by keys and by dragging, and stand in the palette', async () => {
    await call('PUT', `favorites/customer/${made.customers[3]}`)
    await page.goto('/')
    const third = (await call('GET', `customers/${made.customers[3]}`)).name
    await starred.getByRole('link', { name: third }).waitFor()
    const names = () => starred.locator('.rail-link').allInnerTexts()
    assert.deepEqual(await names(), ['新名字企業', '重點客戶', third])
    const kept = () => page.waitForResponse((r) => r.url().endsWith('/favorites') && r.request().method() === 'PUT')
    const byKeys = kept()
    await starred.getByRole('button', { name: `移動 ${third}` }).focus()
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('ArrowUp')
    assert.deepEqual(await names(), [third, '新名字企業', '重點客戶'])
    await byKeys
    const from = await starred.locator('.favorite').nth(0).boundingBox()
    const to = await starred.locator('.favorite').nth(1).boundingBox()
    const x = from.x + from.width - 10
    await starred.locator('.favorite').nth(0).hover()
    await page.mouse.move(x, from.y + 12)
    await page.mouse.down()
    const sent = kept()
    await page.mouse.move(x, to.y + to.height - 3, { steps: 6 })
    await page.mouse.up()
    await sent
    await page.reload()
    await starred.getByRole('link', { name: third }).waitFor()
    assert.deepEqual(await names(), ['新名字企業', third, '重點客戶'])
    await page.keyboard.press('Control+k')
    const first = page.locator('.palette-list [role=option]').first()
    await first.getByText('新名字企業').waitFor()
    await shot(page, 'favorites-palette')
    await axe(page)
    await page.keyboard.type('重點')
    await page.getByRole('option', { name: '重點客戶' }).click()
    await page.locator('.view-tab.active', { hasText: '重點客戶' }).waitFor()
    await call('DELETE', `favorites/customer/${made.customers[3]}`)
  })

  await t.test('the star is taken away where it was given', async () => {
    await page.goto(`/o/customers/${id}`)
    await page.getByRole('button', { name: '移出我的最愛' }).click()
    await starred.getByRole('link', { name: '新名字企業' }).waitFor({ state: 'detached' })
    await page.reload()
    await page.getByRole('button', { name: '加入我的最愛' }).waitFor()
  })

  await t.test('a logo is seen in the list and at the head of the record', async () => {
    const logo = await page.evaluate(async () => {
      const c = document.createElement('canvas')
      c.width = c.height = 120
      c.getContext('2d').fillRect(20, 20, 80, 80)
      const form = new FormData()
      form.set('file', await new Promise((made) => c.toBlob(made)), 'logo.png')
      return (await fetch('/api/v1/files', { method: 'POST', body: form })).json()
    })
    await call('PATCH', `customers/${id}`, { logo: logo.id })
    await page.goto(`/o/customers/${id}`)
    await page.waitForFunction(() => document.querySelector('.detail-title img.avatar')?.naturalWidth > 0)
    await page.goto('/o/customers')
    await page.waitForFunction(() => document.querySelector('.grid-row img.avatar')?.naturalWidth > 0)
    assert.equal(await page.locator('.grid-row img.avatar').count(), 1, 'the others keep their initials')
    await shot(page, 'favorites-logo')
  })
})
