// What concerns a person reaches him: the bell counts while he looks on, an @ offers whom it may
// name, what leaves his sight is said calmly; mails carry invitations and new passwords.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { account, caller, fill, words } from './company.mjs'
import { axe, launch, shot } from './harness.mjs'
import { postbox } from './postbox.mjs'

/** The link to a password in a mail that was sent quoted-printable. */
const linkIn = (mail) => /\/password#[A-Z2-7]+/.exec(mail.replace(/=\n/g, ''))?.[0]

async function until(condition, what) {
  for (let tries = 0; tries < 400; tries++) {
    if (await condition()) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`waited in vain for ${what}`)
}

test('what concerns a person reaches him', async (t) => {
  const app = await launch(t)
  app.expectProblem(/api\/v1\/(me|objects) answered 401/)
  const admin = await app.newPage()
  await admin.goto('/')
  const w = words('zh-TW')
  await admin.evaluate(
    async (body) => {
      await fetch('/api/v1/setup', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
    },
    { company: w.company, language: 'zh-TW', currency: 'TWD', administrator: { name: w.admin, ...account }, demo: false },
  )
  const made = await fill(admin)
  const call = caller(admin)
  const seller = await app.newPage()
  await seller.goto('/sign-in')
  await seller.locator('#login').fill('user2')
  await seller.locator('#password').fill(account.password)
  await seller.getByRole('button', { name: '登入' }).click()
  await seller.locator('.home').waitFor()
  const bell = seller.locator('.bell')
  const mine = made.customers[2]
  const { name } = await call('GET', `customers/${mine}`)

  await t.test('the bell counts while one looks on, and leads to what it is about', async () => {
    await until(async () => (await bell.locator('.badge').count()) > 0, 'what was given before')
    await bell.click()
    await seller.getByRole('button', { name: '全部標為已讀' }).click()
    await until(async () => (await bell.locator('.badge').count()) === 0, 'all read')
    await seller.keyboard.press('Escape')
    await call('POST', `customers/${mine}/comments`, { text: '@王美玲 麻煩下週前回覆報價，客戶在催了。' })
    await until(async () => (await bell.locator('.badge').innerText().catch(() => '')) === '1', 'one unread')
    await seller.keyboard.press('n')
    const item = seller.locator('.bell-panel .told').first()
    await item.getByText('在客戶提到您').waitFor()
    await shot(seller, 'notices-panel')
    await axe(seller)
    await seller.keyboard.press('ArrowDown')
    await seller.keyboard.press('Enter')
    await seller.waitForURL(new RegExp(`/o/customers/${mine}`))
    await seller.locator('.mention', { hasText: '@王美玲' }).waitFor()
    await until(async () => (await bell.locator('.badge').count()) === 0, 'read by opening')
  })

  await t.test('an @ offers those who may see the record, by name and sound', async () => {
    await seller.getByRole('button', { name: '照片／檔案' }).click()
    const box = seller.locator('.composer-text')
    await box.pressSequentially('請 @chenyi')
    await seller.getByRole('option', { name: /陳怡君/ }).waitFor()
    await shot(seller, 'notices-mention')
    await seller.keyboard.press('Enter')
    assert.equal(await box.inputValue(), '請 @陳怡君 ')
    await box.pressSequentially('看一下')
    await seller.keyboard.press('Control+Enter')
    await seller.locator('.mention', { hasText: '@陳怡君' }).waitFor()
  })

  await t.test('what is given to somebody else goes from the list, and an open page says so', async () => {
    const list = await app.newPage({ like: seller })
    await list.goto('/o/customers')
    await list.getByText(name).first().waitFor()
    await call('PATCH', `customers/${mine}`, { owner: made.people[3], department: made.departments[0] })
    await seller.getByText('您已看不到這筆資料').waitFor()
    await shot(seller, 'notices-gone')
    await until(async () => (await list.getByText(name).count()) === 0, 'the row to go')
    await seller.goto('/notices')
    await seller.getByText('您已看不到這筆資料').first().waitFor()
    await shot(seller, 'notices-page')
    await axe(seller)
  })

  await t.test('the mail server says in plain words what is wrong, then carries an invitation', async () => {
    const box = await postbox(t)
    await admin.goto('/settings/mail')
    await admin.locator('#mail-host').fill('127.0.0.1')
    await admin.locator('#mail-security').selectOption('none')
    await admin.locator('#mail-port').fill('1')
    await admin.locator('#mail-sender_address').fill('crm@company.example')
    await admin.locator('#mail-site').fill(app.url)
    await admin.getByRole('button', { name: '儲存' }).click()
    await admin.getByLabel('收件地址').fill('boss@company.example')
    await admin.getByRole('button', { name: '寄出', exact: true }).click()
    await admin.getByText('連不上郵件伺服器').waitFor()
    await shot(admin, 'mail-server-failed')
    await admin.locator('#mail-port').fill(String(box.port))
    await admin.getByRole('button', { name: '儲存' }).click()
    await until(async () => admin.getByRole('button', { name: '儲存' }).isDisabled(), 'the port to be kept')
    await admin.getByRole('button', { name: '寄出', exact: true }).click()
    await admin.getByText('已寄到 boss@company.example').waitFor()
    await call('POST', 'users', { name: '新同事', login: 'fresh', mails: ['fresh@company.example'], role: { key: 'salesperson' }, invite: 'mail' })
    await until(() => box.mails.some(linkIn), 'the invitation')
    await admin.reload()
    await admin.getByText('fresh@company.example').waitFor()
    await shot(admin, 'mail-server')
    await axe(admin)
    const link = linkIn(box.mails.find(linkIn))
    const fresh = await app.newPage()
    await fresh.goto(link)
    await fresh.getByText('您的登入帳號是 fresh').waitFor()
    await shot(fresh, 'mail-invited')
    await fresh.locator('#password').fill('my-own-password')
    await fresh.locator('#again').fill('my-own-password')
    await fresh.getByRole('button', { name: '設定密碼並登入' }).click()
    await fresh.locator('.home').waitFor()
    app.expectProblem(/password\/actions\/look answered 404/)
    await fresh.goto('/forgotten')
    await fresh.goto(link)
    await fresh.getByText('連結無效').first().waitFor()
    await fresh.goto('/forgotten')
    await fresh.locator('#login').fill('fresh')
    await fresh.getByRole('button', { name: '寄送連結' }).click()
    await fresh.getByText('如果有這個帳號').waitFor()
    await until(() => box.mails.filter(linkIn).length === 2, 'the link to a new password')
  })

  await t.test('on a phone, and in the settings', async () => {
    const phone = await app.newPage({ viewport: 'phone', like: seller })
    await phone.goto('/')
    await phone.locator('.bell').click()
    await phone.locator('.bell-panel .told').first().waitFor()
    await shot(phone, 'notices-phone')
    await phone.goto('/settings/notices')
    await phone.getByLabel('有人提到我（@） 郵件').selectOption('digest')
    await phone.locator('#digest-hour').selectOption('8')
    await phone.reload()
    await until(async () => (await phone.locator('#digest-hour').inputValue()) === '8', 'the choice to stay')
    await shot(phone, 'notices-choices-phone')
    await axe(phone)
  })
})
