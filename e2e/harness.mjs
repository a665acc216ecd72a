// What every browser test starts with: the built binary on a free port with an empty data folder,
// Chromium, and checks that fail a test on what a person would not notice.
//
//   import { test } from 'node:test'
//   import { launch } from './harness.mjs'
//
//   test('a customer is made', async (t) => {
//     const app = await launch(t)
//     const page = await app.newPage({ viewport: 'phone', locale: 'zh-TW', theme: 'dark' })
//     await page.goto('/')
//     await app.axe(page)
//     await app.shot(page, 'set-up-phone-dark')
//   })
//
// When the test ends everything that was started is stopped, and the test fails if a page logged an
// error, threw, or got a failed answer that the test did not announce with app.expectProblem.

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const here = path.dirname(fileURLToPath(import.meta.url))
const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Chromium without its window (see scripts/prepare-tests.sh). */
const shell = '/usr/bin/chromium-headless-shell'

/** The folder screenshots go to. */
export const shotsFolder = path.join(here, 'shots')

const viewports = {
  desktop: { width: 1440, height: 900 },
  phone: { width: 390, height: 844 },
}

const timezones = { 'zh-TW': 'Asia/Taipei', 'zh-CN': 'Asia/Shanghai', en: 'Europe/London' }

const chromiumFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/**
 * Starts the server and the browser for one test.
 *
 * @param t the test's context, which stops everything at the end
 * @param options args: more arguments for `serve`; env: more environment; command: another program
 *   than bin/ecrm, taking the same arguments
 */
export async function launch(t, { args = [], env = {}, command = [path.join(here, '..', 'bin', 'ecrm')] } = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), 'ecrm-e2e-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const problems = []
  const expected = []
  let server
  let browser

  const app = {
    url,
    /** The data folder, for tests that look at it or run commands on it. */
    folder,
    /** Everything the server has printed. */
    log: () => server.printed(),
    /** Announces console errors and failed answers that belong to the test. */
    expectProblem: (pattern) => expected.push(pattern),
    newPage,
    shot,
    axe,
    compose,
    /** Stops the server and starts it again on the same folder and port. */
    async restart() {
      await server.stop()
      server = await serve()
    },
  }

  t.after(async () => {
    await browser?.close()
    await server?.stop()
    await rm(folder, { recursive: true, force: true })
    const unexpected = problems.filter((problem) => !expected.some((pattern) => problem.match(pattern)))
    if (unexpected.length > 0) {
      throw new Error(`what the pages reported:\n  ${unexpected.join('\n  ')}\n\nthe server's log:\n${server?.printed()}`)
    }
  })

  server = await serve()
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || (existsSync(shell) ? shell : '/usr/bin/chromium'),
    args: chromiumFlags,
  })
  return app

  async function serve() {
    const flags = ['serve', '--data', folder, '--addr', `127.0.0.1:${port}`, ...args]
    const started = startProcess([...command, ...flags], env)
    try {
      await started.until(async () => (await fetch(`${url}/readyz`)).ok, `${url}/readyz`)
    } catch (error) {
      await started.stop()
      throw error
    }
    return started
  }

  /**
   * Opens a page of its own, signed in as nobody, or like another page.
   *
   * @param options viewport: 'desktop', 'phone' or {width, height}; locale: zh-TW, zh-CN, en;
   *   theme: 'light' or 'dark'; like: a page whose cookies and storage the new one begins with;
   *   serviceWorkers: 'block' where a test answers requests itself
   */
  async function newPage({ viewport = 'desktop', locale = 'zh-TW', theme = 'light', like, serviceWorkers = 'allow' } = {}) {
    const phone = viewport === 'phone'
    const context = await browser.newContext({
      baseURL: url,
      viewport: viewports[viewport] ?? viewport,
      isMobile: phone,
      hasTouch: phone,
      deviceScaleFactor: phone ? 2 : 1,
      locale,
      timezoneId: timezones[locale] ?? 'UTC',
      colorScheme: theme,
      reducedMotion: 'reduce',
      serviceWorkers,
      storageState: await like?.context().storageState(),
    })
    // A new tab belongs to its context and is watched like the first.
    context.on('page', watch)
    // A machine that others use too may stand still for some seconds.
    context.setDefaultTimeout(20_000)
    return context.newPage()
  }

  function watch(page) {
    page.on('pageerror', (error) => problems.push(`thrown on ${page.url()}: ${error.stack ?? error}`))
    page.on('console', (message) => {
      // The answers behind "Failed to load resource" are reported below, with their addresses.
      if (message.type() !== 'error' || message.text().startsWith('Failed to load resource')) return
      problems.push(`console on ${page.url()}: ${message.text()}`)
    })
    page.on('requestfailed', (request) => {
      // Leaving a page cuts its event stream and whatever was under way.
      const reason = request.failure()?.errorText
      if (reason !== 'net::ERR_ABORTED') problems.push(`${request.method()} ${request.url()} failed: ${reason}`)
    })
    page.on('response', (response) => {
      if (response.status() < 400) return
      problems.push(`${response.request().method()} ${response.url()} answered ${response.status()}`)
    })
  }
}

/** Writes a screenshot to e2e/shots/name.png, once fonts and pictures are there. */
export async function shot(page, name, { fullPage = false } = {}) {
  await mkdir(shotsFolder, { recursive: true })
  await page.evaluate(async () => {
    await document.fonts.ready
    await Promise.all([...document.images].map((image) => image.decode().catch(() => {})))
  })
  await page.screenshot({ path: path.join(shotsFolder, `${name}.png`), fullPage, animations: 'disabled' })
}

/**
 * Goes to an address as a click on a link does, without loading the whole program again, where the page
 * before is another one of the signed-in program with nothing open on it; else loads it.
 */
export async function visit(page, address) {
  const within = await page.evaluate((address) => {
    const open = document.querySelector('[role=dialog], [role=menu], [role=listbox], .popover')
    if (open || !document.querySelector('.topbar, .bottombar')) return false
    // Pages of one frame change part by part: what is there may be the one's or the other's.
    const frame = (pathname) => (pathname.startsWith('/settings') ? '/settings' : pathname)
    if (frame(new URL(address, location.href).pathname) === frame(location.pathname)) return false
    globalThis.told = () => (document.querySelector('.main') ?? document.body).innerText
    globalThis.left = globalThis.told()
    history.pushState({}, '', address)
    return true
  }, address)
  const other = async () => {
    await page.waitForFunction(() => globalThis.told() !== globalThis.left, null, { timeout: 1500 })
    return true
  }
  // What says the same may be the page before.
  if (!within || !(await other().catch(() => false))) await page.goto(address)
}

/** Fails on violations of accessibility that axe-core calls serious or critical. */
export async function axe(page, { within = 'body', except = [] } = {}) {
  if (!(await page.evaluate('!!globalThis.axe'))) await page.evaluate(axeSource)
  const violations = await page.evaluate(
    async ([include, exclude]) => {
      const result = await globalThis.axe.run({ include: [[include]], exclude: exclude.map((e) => [e]) }, { resultTypes: ['violations'], preload: false })
      return result.violations.map(({ id, impact, help, nodes }) => ({
        id,
        impact,
        help,
        nodes: nodes.slice(0, 3).map((node) => `${node.target.join(' ')}  ${node.html.slice(0, 120)}`),
      }))
    },
    [within, except],
  )
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  if (grave.length === 0) return
  const lines = grave.map(({ id, impact, help, nodes }) => `${impact}: ${help} (${id})\n    ${nodes.join('\n    ')}`)
  throw new Error(`accessibility of ${page.url()}:\n  ${lines.join('\n  ')}`)
}

/**
 * Types into the focused field the way a Chinese input method does.
 *
 *   const ime = await compose(page)
 *   await ime.show('ㄓㄨ')       // what is being composed, underlined
 *   await ime.press('Enter')     // a key the input method takes: the page must ignore it
 *   await ime.commit('中華')     // the words chosen
 */
export async function compose(page) {
  const session = await page.context().newCDPSession(page)
  // A key the input method takes reaches the page as "Process", code 229, without its usual effect.
  const key = (type, code) => session.send('Input.dispatchKeyEvent', { type, key: 'Process', code, windowsVirtualKeyCode: 229 })
  return {
    async show(text) {
      await key('rawKeyDown', '')
      await session.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length })
      await key('keyUp', '')
    },
    async press(code) {
      await key('rawKeyDown', code)
      await key('keyUp', code)
    },
    async commit(text) {
      await key('rawKeyDown', 'Space')
      await session.send('Input.insertText', { text })
      await key('keyUp', 'Space')
    },
    /** Gives the composition up: what was shown disappears. */
    async cancel() {
      await session.send('Input.imeSetComposition', { text: '', selectionStart: 0, selectionEnd: 0 })
    },
  }
}

/** Starts a program and keeps what it prints. It never outlives the test program. */
function startProcess([program, ...args], env) {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.on('data', (chunk) => (output += chunk))
  child.stderr.on('data', (chunk) => (output += chunk))
  const kill = () => child.kill('SIGKILL')
  process.on('exit', kill)
  let ended = false
  const end = new Promise((resolve) => {
    const done = (why) => {
      ended = why
      process.off('exit', kill)
      resolve()
    }
    child.on('error', (error) => done(error.message))
    child.on('exit', (code, signal) => done(`exit ${code ?? signal}`))
  })

  return {
    printed: () => output,
    async until(condition, what, seconds = 30) {
      const deadline = Date.now() + seconds * 1000
      while (!(await condition().catch(() => false))) {
        if (ended) throw new Error(`${program} ended (${ended}) before ${what} answered:\n${output}`)
        if (Date.now() > deadline) throw new Error(`${what} did not answer in ${seconds} s:\n${output}`)
        await sleep(50)
      }
    },
    async stop() {
      if (ended) return
      child.kill('SIGTERM')
      const patience = setTimeout(kill, 10_000)
      await end
      clearTimeout(patience)
    },
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.on('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}
