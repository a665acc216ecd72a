// The readable page of the API: it draws what /api/openapi.json says to whoever asks.
"use strict";

const words = {
  "zh-TW": { sign: "請先登入 ECRM，再打開這一頁。", query: "查詢參數", body: "送出", answer: "回覆", field: "欄位", type: "型態", about: "說明", scopes: "權杖範圍" },
  "zh-CN": { sign: "请先登录 ECRM，再打开此页。", query: "查询参数", body: "提交", answer: "返回", field: "字段", type: "类型", about: "说明", scopes: "令牌范围" },
  en: { sign: "Sign in to ECRM first, then open this page.", query: "Parameters", body: "Send", answer: "Answer", field: "Field", type: "Type", about: "Meaning", scopes: "Token scopes" },
};

function make(name, text, ...kids) {
  const node = document.createElement(name);
  if (text) node.textContent = text;
  node.append(...kids);
  return node;
}

function follow(doc, schema) {
  while (schema?.$ref) schema = doc.components.schemas[schema.$ref.split("/").pop()];
  return schema ?? {};
}

function typeOf(doc, schema) {
  if (schema?.$ref) return schema.$ref.split("/").pop();
  if (schema?.anyOf) return schema.anyOf.map((s) => typeOf(doc, s)).join(" | ");
  if (schema?.enum) return schema.enum.map((v) => JSON.stringify(v)).join(" | ");
  const type = [schema?.type ?? "any"].flat().join(" | ");
  return schema?.items ? `${type} (${typeOf(doc, schema.items)})` : schema?.format ? `${type} (${schema.format})` : type;
}

function table(rows, heads) {
  const body = make("tbody");
  for (const row of rows) {
    const line = make("tr");
    row.forEach((cell, i) => line.append(make("td", "", i === 0 ? make("code", cell) : document.createTextNode(cell))));
    body.append(line);
  }
  const head = make("tr");
  for (const h of heads) head.append(make("th", h));
  const box = make("div", "", make("table", "", make("thead", "", head), body));
  box.className = "scroll";
  return box;
}

function schemaTable(doc, schema, w) {
  const whole = follow(doc, schema);
  if (!whole.properties) return make("p", typeOf(doc, schema));
  const required = new Set(whole.required);
  const rows = Object.entries(whole.properties).map(([name, s]) => [name + (required.has(name) ? " *" : ""), typeOf(doc, s), s.description ?? ""]);
  return table(rows, [w.field, w.type, w.about]);
}

function operation(doc, path, method, op, w) {
  const title = make("summary", "", make("b", method.toUpperCase()), make("code", path), make("span", op.summary ?? ""));
  const inner = make("div");
  inner.className = "inner";
  const parameters = (op.parameters ?? []).map((p) => [p.name, typeOf(doc, p.schema), p.description ?? ""]);
  if (parameters.length > 0) inner.append(make("h3", w.query), table(parameters, [w.field, w.type, w.about]));
  for (const content of Object.values(op.requestBody?.content ?? {})) inner.append(make("h3", w.body), schemaTable(doc, content.schema, w));
  for (const [status, answer] of Object.entries(op.responses)) {
    if (status === "default") continue;
    for (const [media, content] of Object.entries(answer.content ?? { "": {} })) inner.append(make("h3", `${w.answer} ${status} ${media}`), content.schema ? schemaTable(doc, content.schema, w) : "");
  }
  if (op["x-token-scopes"]) inner.append(make("p", `${w.scopes}: ${op["x-token-scopes"].join(", ")}`));
  return make("details", "", title, inner);
}

async function draw() {
  const about = document.getElementById("about");
  const answer = await fetch("/api/openapi.json");
  if (!answer.ok) {
    const w = words[navigator.language] ?? (navigator.language.startsWith("zh") ? words["zh-TW"] : words.en);
    about.textContent = w.sign;
    return;
  }
  const doc = await answer.json();
  const w = words[doc["x-language"]] ?? words.en;
  document.documentElement.lang = doc["x-language"];
  about.textContent = doc.info.description;
  const main = document.getElementById("main");
  const nav = document.getElementById("tags");
  for (const tag of doc.tags) {
    const heading = make("h2", tag.description);
    heading.id = tag.name;
    main.append(heading);
    const link = make("a", tag.description);
    link.href = `#${tag.name}`;
    nav.append(link);
    for (const [path, item] of Object.entries(doc.paths)) {
      for (const [method, op] of Object.entries(item)) {
        if (op.tags?.includes(tag.name)) main.append(operation(doc, path, method, op, w));
      }
    }
  }
}

draw();
