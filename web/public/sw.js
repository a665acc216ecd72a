// The service worker: the app opens without a network, and shows what was loaded before.
// Nothing is written here: a change that cannot reach the server stays in its form, which says so.

const SHELL = "ecrm-shell-1";
const DATA = "ecrm-data-1";
const MOST = 400; // answers kept

// Pages of the server that are not the app: they are neither kept in its place nor answered by it.
const OTHER = /^\/(api|f)\/|^\/(metrics|healthz|readyz)$/;
// Reading of these says nothing later, or is too large to keep.
const NEVER = /^\/api\/v1\/(events|session|setup|files|search|.*\/(result|problems\.csv|print)$)/;

self.addEventListener("install", (event) => {
  event.waitUntil(
    (async () => {
      const shell = await caches.open(SHELL);
      const files = await (await fetch("/shell.json", { cache: "no-store" })).json();
      const kept = new Set((await shell.keys()).map((r) => new URL(r.url).pathname));
      await shell.add(new Request("/", { cache: "no-store" }));
      await Promise.all(files.filter((f) => !kept.has(f)).map((f) => shell.add(f)));
      await self.skipWaiting();
    })(),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) {
        if (name.startsWith("ecrm-") && name !== SHELL && name !== DATA) await caches.delete(name);
      }
      await self.clients.claim();
    })(),
  );
});

// Raised with every wipe, so that an answer still on its way is not kept for the next person.
let era = 0;

function wipe() {
  era++;
  return caches.delete(DATA);
}

self.addEventListener("message", (event) => {
  if (event.data === "wipe") event.waitUntil(wipe());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.method !== "GET") {
    // Whoever signs in or out may not read what the one before him loaded.
    if (url.pathname === "/api/v1/session") event.waitUntil(wipe());
    return;
  }
  if (request.mode === "navigate" && !OTHER.test(url.pathname)) event.respondWith(page(request));
  else if (url.pathname.startsWith("/assets/")) event.respondWith(asset(request));
  else if (url.pathname.startsWith("/api/v1/") && !NEVER.test(url.pathname)) event.respondWith(data(event));
});

/** The newest page where there is a network, else the one kept. */
async function page(request) {
  const shell = await caches.open(SHELL);
  try {
    const answer = await fetch(request);
    if (answer.ok) await shell.put("/", answer.clone());
    return answer;
  } catch (error) {
    const kept = await shell.match("/");
    if (kept) return kept;
    throw error;
  }
}

/** Files of the app carry a hash in their names: one that is kept is right. */
async function asset(request) {
  const shell = await caches.open(SHELL);
  const kept = await shell.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await shell.put(request, answer.clone());
  return answer;
}

async function data(event) {
  const { request } = event;
  const asked = era;
  let answer;
  try {
    answer = await fetch(request);
  } catch (error) {
    const kept = await (await caches.open(DATA)).match(request, { ignoreVary: true });
    if (!kept) throw error;
    const headers = new Headers(kept.headers);
    headers.set("X-Ecrm-Kept", "1");
    return new Response(kept.body, { status: kept.status, headers });
  }
  if (answer.status === 401) event.waitUntil(wipe());
  else if (answer.ok && (answer.headers.get("Content-Type") ?? "").includes("json")) {
    const copy = answer.clone();
    event.waitUntil(keep(request, copy, asked));
  }
  return answer;
}

async function keep(request, answer, asked) {
  if (asked !== era) return;
  const cache = await caches.open(DATA);
  await cache.delete(request, { ignoreVary: true });
  await cache.put(request, answer);
  const all = await cache.keys();
  for (const old of all.slice(0, Math.max(0, all.length - MOST))) await cache.delete(old);
}
