// The import wizard: a file in an old encoding is read, problems are explained and mended in place,
// a column becomes a field in one click, the run is opened as a list and taken back.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { caller, company } from './company.mjs'
import { axe, launch, shot } from './harness.mjs'

const drop = (page, name, content) =>
  page.locator('input[type=file]').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(content) })

test('a file is mapped, mended, imported and taken back', async (t) => {
  const app = await launch(t)
  const page = await company(app)
  await page.goto('/import')
  await drop(page, '客戶.csv', '公司名稱,等級,負責業務,幾樓\n甲公司,A,查無此人,3\n乙公司,B,查無此人,12\n,C,,5\n')
  const row = (header) => page.locator('.mapping > li').filter({ has: page.getByText(header, { exact: true }) })
  await row('公司名稱').waitFor()
  assert.equal(await row('公司名稱').locator('select').inputValue(), 'name')

  // A column that fits nothing becomes a field, of the type its values look like.
  await row('幾樓').getByRole('button', { name: '新增為欄位' }).click()
  await page.waitForFunction(() => [...document.querySelectorAll('.mapping select')].some((s) => s.value.startsWith('x_')))

  // A row without a name is refused; an owner nobody knows is told, and the row comes in without.
  await page.getByRole('button', { name: '檢查 3 列' }).click()
  await page.getByText('有 1 列有問題').waitFor()
  const leaveOut = page.getByRole('button', { name: '不匯入「負責業務」，再檢查一次' })
  await leaveOut.click()
  await leaveOut.waitFor({ state: 'detached' })
  await page.getByText('有 1 列有問題').waitFor()
  await page.getByRole('button', { name: '匯入 2 列' }).click()
  await page.getByText('匯入完成').waitFor()

  // The address holds the import: one may come back to it.
  await page.reload()
  await page.getByText('匯入完成').waitFor()
  const list = await caller(page)('GET', 'customers?sort=name')
  assert.equal(list.records.length, 2)
  const floor = Object.entries(list.records.find((r) => r.name === '乙公司')).find(([k]) => k.startsWith('x_'))
  assert.equal(String(floor?.[1]), '12')

  page.once('dialog', (d) => d.accept())
  await page.getByRole('button', { name: '復原這次匯入' }).click()
  await page.getByText('已復原這次匯入').waitFor()
  assert.equal((await caller(page)('GET', 'customers')).records.length, 0)

  // Dry run, run and undo stand among the jobs and lead back to the import.
  await page.goto('/jobs')
  await page.getByText('試匯入').first().waitFor()
  await page.locator('a[href*="/import?id="]').nth(2).waitFor()
  await shot(page, 'jobs-imports')
})

test('what does not fit is said before the import, though every row comes in', async (t) => {
  const app = await launch(t)
  const page = await company(app)
  await page.goto('/import')
  await drop(page, 'levels.csv', [...new TextEncoder().encode('公司名稱,等級\n甲公司,A\n乙公司,沒有這級\n')])
  await page.getByRole('button', { name: '檢查 2 列' }).click()
  await page.getByText('有 1 列的部分內容不合').waitFor()
  await shot(page, 'import-partly')
})

test('a name in two columns is not asked for as a whole', async (t) => {
  const app = await launch(t)
  const page = await company(app)
  await page.goto('/import')
  await drop(page, 'people.csv', 'First Name,Last Name,Email\nAda,Lovelace,ada@example.com\nAlan,Turing,alan@example.com\n')
  await page.getByRole('button', { name: '檢查 2 列' }).waitFor()
  assert.equal(await page.getByText('必填欄位還沒對應').count(), 0)
})

test('an encoding is seen in the first rows and can be corrected there', async (t) => {
  const app = await launch(t)
  const page = await company(app)
  await page.goto('/import')
  // 公司名稱 and 台灣水泥 in Big5, which Node cannot write.
  const header = [0xa4, 0xbd, 0xa5, 0x71, 0xa6, 0x57, 0xba, 0xd9, 0x0a]
  const cement = [0xa5, 0x78, 0xc6, 0x57, 0xa4, 0xf4, 0xaa, 0x64, 0x0a]
  await drop(page, 'big5.csv', [...header, ...Array.from({ length: 12 }, () => cement).flat()])
  const encoding = page.getByLabel('編碼')
  await encoding.waitFor()
  assert.equal(await encoding.inputValue(), 'big5')
  await page.locator('.preview').getByText('台灣水泥').first().waitFor()
  await encoding.selectOption('gb18030')
  await page.locator('.preview').getByText('台灣水泥').first().waitFor({ state: 'detached' })
  await encoding.selectOption('big5')
  await page.locator('.preview').getByText('台灣水泥').first().waitFor()
})

test('a long import tells by the event stream how far it is, is left and found again, and can be stopped', async (t) => {
  const app = await launch(t)
  const page = await company(app)
  await page.goto('/import')
  const rows = Array.from({ length: 30_000 }, (_, i) => `第 ${i} 號商行,02-2${String(i).padStart(3, '0').slice(0, 3)}-${String(i % 10_000).padStart(4, '0')},台北市信義區松仁路${i}號`)
  await drop(page, '全部客戶.csv', `公司名稱,聯絡電話,地址\n${rows.join('\n')}\n`)
  await page.getByRole('button', { name: '檢查 30,000 列' }).waitFor()
  const id = new URL(page.url()).searchParams.get('id')
  let asked = 0
  page.on('request', (r) => {
    if (r.method() === 'GET' && r.url().endsWith(`/imports/${id}`)) asked++
  })
  await page.getByRole('button', { name: '檢查 30,000 列' }).click()
  const run = page.getByRole('button', { name: '匯入 30,000 列' })
  await run.waitFor({ timeout: 120_000 })
  asked = 0
  await run.click()
  const far = () => page.locator('progress').evaluate((p) => p.value)
  const passes = async (n) => {
    for (let i = 0; i < 300 && (await far()) <= n; i++) await page.waitForTimeout(50)
    return far()
  }
  await page.locator('progress').waitFor()
  const first = await passes(0)
  const second = await passes(first)
  assert.ok(second > first, 'the bar does not move')
  await page.getByText(/列／秒|筆／秒|每秒/).first().waitFor()
  await shot(page, 'import-running')
  assert.ok(asked <= 2, `the wizard asked ${asked} times instead of listening`)

  // Left, and found again from the menu.
  await page.goto('/o/customers')
  await page.goto('/import')
  await page.getByText('還沒完成的匯入').waitFor()
  await shot(page, 'import-unfinished')
  await axe(page)
  await page.getByRole('link', { name: '繼續' }).click()
  await page.locator('progress').waitFor()
  await passes(second)
  await page.getByRole('button', { name: '取消' }).click()
  await page.getByText('已取消匯入').waitFor()
  const made = (await caller(page)('GET', 'customers?limit=1&count=exact')).count.value
  assert.ok(made > 0 && made < 30_000, `${made} rows were written`)
  await page.goto('/import')
  await page.locator('.dropzone').waitFor()
  await page.waitForTimeout(300)
  assert.equal(await page.getByText('還沒完成的匯入').count(), 0)
})
