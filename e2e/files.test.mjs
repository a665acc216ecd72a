// Files on a record: attached, dropped anywhere, put to a comment, seen large, taken away and brought
// back; a picture in a field; an upload that fails is tried again and loses nothing that was typed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { account, caller, fill, words } from './company.mjs'
import { axe, launch, shot } from './harness.mjs'

/** A picture drawn by the browser. */
const picture = (page, name, color) =>
  page.evaluate(async ([color]) => {
    const c = document.createElement('canvas')
    c.width = 640
    c.height = 420
    const g = c.getContext('2d')
    g.fillStyle = color
    g.fillRect(0, 0, 640, 420)
    g.fillStyle = '#fff'
    g.font = '120px sans-serif'
    g.fillText('ECRM', 130, 250)
    return c.toDataURL('image/png').split(',')[1]
  }, [color]).then((b) => ({ name, mimeType: 'image/png', buffer: Buffer.from(b, 'base64') }))

test('files stand on a record', async (t) => {
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
  await page.goto(`/o/customers/${id}`)
  const attached = page.locator('section[aria-label="附件"]')
  await attached.waitFor()

  await t.test('several at once, one of them no picture', async () => {
    await attached.locator('input[multiple]').setInputFiles([
      await picture(page, '現場照片.png', '#2f56c8'),
      { name: '報價單.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4\n') },
    ])
    await attached.getByRole('link', { name: '報價單.pdf' }).waitFor()
    await attached.locator('img').waitFor()
    await page.locator('.timeline .files').first().waitFor()
    assert.equal((await call('GET', `customers/${id}/files`)).files.length, 2)
  })

  await t.test('a picture is seen large, and Escape closes it', async () => {
    await attached.locator('button.file-thumb').click()
    await page.locator('dialog.lightbox img').waitFor()
    await shot(page, 'files-lightbox')
    await page.keyboard.press('Escape')
    await page.locator('dialog.lightbox').waitFor({ state: 'detached' })
  })

  await t.test('what fails is tried again, and what was typed stays', async () => {
    app.expectProblem(/files/)
    await page.getByRole('button', { name: '照片／檔案' }).click()
    const composer = page.locator('form.composer')
    await composer.locator('textarea').fill('今天拜訪拍的')
    await page.route('**/api/v1/files', (r) => r.abort())
    await composer.locator('input[multiple]').setInputFiles([await picture(page, '門口.png', '#17703c')])
    await composer.getByRole('alert').first().waitFor()
    await shot(page, 'files-failed')
    await page.unroute('**/api/v1/files')
    await composer.getByRole('button', { name: '再試一次' }).click()
    await composer.locator('.files img').waitFor()
    assert.equal(await composer.locator('textarea').inputValue(), '今天拜訪拍的')
    await composer.getByRole('button', { name: '送出' }).click()
    await page.locator('.entry-comment .files img').waitFor()
  })

  await t.test('one taken away is brought back', async () => {
    await attached.getByRole('button', { name: '移除「報價單.pdf」' }).click()
    await attached.getByRole('link', { name: '報價單.pdf' }).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: '復原' }).click()
    await attached.getByRole('link', { name: '報價單.pdf' }).waitFor()
  })

  await t.test('one dropped anywhere on the page is attached', async () => {
    await page.evaluate(() => {
      const data = new DataTransfer()
      data.items.add(new File(['note'], '拖進來.txt', { type: 'text/plain' }))
      document.querySelector('h1').dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }))
    })
    await attached.getByRole('link', { name: '拖進來.txt' }).waitFor()
    await shot(page, 'files-record', { fullPage: true })
    await axe(page)
  })

  await t.test('a form keeps a picture', async () => {
    await page.goto(`/o/customers/${id}?edit=1`)
    const form = page.getByRole('dialog')
    await form.locator('input[type=file]:not([capture])').first().setInputFiles([await picture(page, '商標.png', '#b3261e')])
    await form.locator('.files img').waitFor()
    await shot(page, 'files-form')
    await form.getByRole('button', { name: '儲存', exact: true }).click()
    await form.waitFor({ state: 'detached' })
    assert.equal((await call('GET', `customers/${id}`)).logo.name, '商標.png')
  })

  await t.test('on a phone, in the dark', async () => {
    await page.setViewportSize({ width: 390, height: 844 })
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.goto(`/o/customers/${id}`)
    await attached.waitFor()
    await attached.scrollIntoViewIfNeeded()
    await shot(page, 'files-phone')
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'the page spills over its width')
  })
})
