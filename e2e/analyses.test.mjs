// The analyses: a figure leads to as many records as it says, the picture and the workbook hold what
// stands on the screen, settings are saved and opened again, on a phone and in the dark too.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { inflateRawSync } from 'node:zlib'
import { account, caller, words } from './company.mjs'
import { axe, launch, shot } from './harness.mjs'

/** The rows of a workbook's first sheet: texts and numbers. */
function sheet(file) {
  for (let at = file.indexOf('PK\u0001\u0002', 0, 'latin1'); at >= 0; at = file.indexOf('PK\u0001\u0002', at + 4, 'latin1')) {
    const name = file.toString('utf8', at + 46, at + 46 + file.readUInt16LE(at + 28))
    if (name !== 'xl/worksheets/sheet1.xml') continue
    const local = file.readUInt32LE(at + 42)
    const begin = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28)
    const body = file.subarray(begin, begin + file.readUInt32LE(at + 20))
    const text = (file.readUInt16LE(at + 10) ? inflateRawSync(body) : body).toString('utf8')
    return text
      .split('<row ')
      .slice(1)
      .map((row) => [...row.matchAll(/<c [^>]*?>(?:<v>([^<]*)<\/v>|<is><t[^>]*>([^<]*)<\/t><\/is>)<\/c>/g)].map((m) => (m[1] === undefined ? m[2] : Number(m[1]))))
  }
  throw new Error('the workbook has no sheet')
}

const digits = (text) => Number(text.replace(/[^\d.-]/g, ''))

test('what is asked of all records leads to the records', async (t) => {
  const app = await launch(t)
  app.expectProblem(/api\/v1\/(me|objects|analyses) answered 401/)
  const page = await app.newPage()
  await page.goto('/')
  const w = words('zh-TW')
  await page.evaluate(
    async (body) => {
      await fetch('/api/v1/setup', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
    },
    { company: w.company, language: 'zh-TW', currency: 'TWD', administrator: { name: w.admin, ...account }, demo: { customers: 60 } },
  )
  const call = caller(page)

  await t.test('every analysis is drawn and told', async () => {
    for (const [name, title] of [['funnel', '銷售漏斗'], ['winloss', '贏單／輸單分析'], ['traits', '贏單共同點'], ['followup', '跟進分析'], ['sales', '銷售分析']]) {
      await page.goto(`/analyses/${name}?period=last_12_months&compare=last_year`)
      await page.getByRole('heading', { name: new RegExp(`^${title}`) }).waitFor()
      await page.locator('svg.analysis-svg').waitFor()
      assert.ok((await page.locator('.analysis-table tbody tr').count()) > 1, `${name} has no rows`)
      await shot(page, `analysis-${name}`)
    }
    await axe(page)
  })

  await t.test('a figure leads to as many records as it says', async () => {
    await page.goto('/analyses/winloss?by=owner&period=last_12_months')
    const row = page.locator('.analysis-table tbody tr').first()
    const cell = row.locator('td').nth(2).getByRole('link').first()
    const n = digits(await cell.textContent())
    assert.ok(n > 0)
    await cell.click()
    await page.waitForURL(/\/o\/opportunities/)
    await page.locator('.grid-row').first().waitFor()
    const filter = new URL(page.url()).searchParams.get('filter')
    assert.equal((await call('GET', `opportunities?count=exact&limit=1&filter=${encodeURIComponent(filter)}`)).count.value, n)
    await page.getByText(new RegExp(`${n} 筆`)).first().waitFor()
    await page.goBack()
    // The bars lead there too, by keys as well.
    await page.locator('a.chart-part').first().focus()
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/o\/opportunities/)
  })

  await t.test('the workbook and the picture hold what the screen shows', async () => {
    await page.goto('/analyses/sales?by=owner&period=last_12_months&compare=last_year')
    await page.locator('svg.analysis-svg').waitFor()
    const shown = await page.locator('.analysis-table tbody tr').evaluateAll((rows) => rows.map((r) => [r.querySelector('th').firstChild.textContent, r.querySelector('td').firstElementChild.textContent]))
    const loading = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Excel' }).click()
    const book = await loading
    assert.match(book.suggestedFilename(), /^銷售分析 .*\.xlsx$/)
    const rows = sheet(await readFile(await book.path()))
    assert.deepEqual(rows[0].slice(0, 2), ['負責業務', '成交金額 (TWD)'])
    assert.equal(rows.length, shown.length + 1)
    shown.forEach(([name, amount], i) => {
      assert.equal(rows[i + 1][0], name)
      if (amount !== '–') assert.equal(Math.trunc(rows[i + 1][1]), digits(amount), `${name}: ${amount}`)
    })
    const drawing = page.waitForEvent('download')
    await page.getByRole('button', { name: '圖片' }).click()
    const png = await drawing
    assert.match(png.suggestedFilename(), /^銷售分析 .*\.png$/)
    const file = await readFile(await png.path())
    assert.equal(file.toString('latin1', 1, 4), 'PNG')
    // Not blank: title, bars and words take colours.
    const colours = await page.evaluate(async (data) => {
      const image = new Image()
      image.src = `data:image/png;base64,${data}`
      await image.decode()
      const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height })
      const ink = canvas.getContext('2d')
      ink.drawImage(image, 0, 0)
      document.body.append(Object.assign(image, { id: 'drawn', style: 'position:fixed;inset:0;z-index:999;max-width:100%;background:#fff' }))
      const seen = new Set()
      const all = ink.getImageData(0, 0, image.width, image.height).data
      for (let i = 0; i < all.length; i += 4) seen.add((all[i] << 16) | (all[i + 1] << 8) | all[i + 2])
      return { width: image.width, height: image.height, colours: seen.size, bars: seen.has(0x2f56c8) }
    }, file.toString('base64'))
    assert.ok(colours.width > 1000 && colours.height > 300 && colours.colours > 20 && colours.bars, JSON.stringify(colours))
    await shot(page, 'analysis-picture')
    await page.evaluate(() => document.getElementById('drawn').remove())
  })

  await t.test('settings are saved, shared and starred', async () => {
    await page.goto('/analyses/followup?by=owner&split=week&period=last_8_weeks')
    await page.locator('svg.analysis-svg').waitFor()
    await page.getByRole('button', { name: '儲存這份分析' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('檢視名稱').or(dialog.getByRole('textbox')).first().fill('每人每週')
    await dialog.getByLabel('所有人').or(dialog.getByRole('radio').nth(1)).first().check()
    await dialog.getByRole('button', { name: '儲存', exact: true }).click()
    await page.getByRole('link', { name: '每人每週' }).waitFor()
    await page.getByRole('button', { name: /每人每週/ }).click()
    await page.getByRole('menuitem').first().click()
    await page.locator('.favorites').getByText('每人每週').waitFor()
    await page.locator('.analysis-table').waitFor()
    await shot(page, 'analysis-saved')
    await page.goto('/')
    await page.locator('.favorites').getByText('每人每週').click()
    await page.waitForURL(/split=week/)
    // The list of activities knows nothing of it.
    await page.goto('/o/activities')
    await page.locator('.grid-row').first().waitFor()
    assert.equal(await page.locator('.view-tabs').getByText('每人每週').count(), 0)
  })

  await t.test('on a phone, in the dark', async () => {
    const phone = await app.newPage({ viewport: 'phone', theme: 'dark', like: page })
    for (const [name, more] of [['funnel', ''], ['sales', '&by=month&compare=last_year']]) {
      await phone.goto(`/analyses/${name}?period=last_12_months${more}`)
      await phone.locator('svg.analysis-svg').waitFor()
      const wide = await phone.evaluate(() => document.documentElement.scrollWidth)
      assert.ok(wide <= 391, `${name} is ${wide} wide`)
      await shot(phone, `analysis-${name}-phone-dark`)
    }
    await axe(phone)
    await phone.context().close()
  })
})
