import i18next from "i18next";
import { initReactI18next } from "react-i18next";

export const LANGUAGES = [
  { code: "zh-TW", name: "繁體中文" },
  { code: "zh-CN", name: "简体中文" },
  { code: "en", name: "English" },
] as const;

const loaders: Record<string, () => Promise<{ default: Record<string, string> }>> = {
  "zh-TW": () => import("./locales/zh-TW.json"),
  "zh-CN": () => import("./locales/zh-CN.json"),
  en: () => import("./locales/en.json"),
};

/** The nearest of our languages to what a browser or a company says. */
export function nearest(tags: readonly (string | undefined)[]): string {
  for (const tag of tags) {
    const t = tag?.toLowerCase() ?? "";
    if (/^zh-(tw|hk|mo|hant)/.test(t)) return "zh-TW";
    if (t.startsWith("zh")) return "zh-CN";
    if (t.startsWith("en")) return "en";
  }
  return "zh-TW";
}

export async function setLanguage(code: string) {
  const lng = nearest([code]);
  if (!i18next.hasResourceBundle(lng, "translation")) {
    const load = loaders[lng];
    if (load) i18next.addResourceBundle(lng, "translation", (await load()).default);
  }
  document.documentElement.lang = lng;
  localStorage.setItem("ecrm.language", lng);
  await i18next.changeLanguage(lng);
}

/** `{{n}} {{n, forms(one: row; other: rows)}}`; the number may come written out, as in "1,000". */
export const forms = (n: unknown, _lng: string | undefined, o: Record<string, string>) =>
  (String(n) === "1" ? o.one : o.other) ?? "";

/** `{{what, lower}}`: a label in the middle of an English sentence; "LINE" stays as it is. */
export const lower = (what: unknown) =>
  String(what).replace(/^\p{Lu}(?=\p{Ll}|$)/u, (first) => first.toLowerCase());

export async function startI18n() {
  const lng = nearest([localStorage.getItem("ecrm.language") ?? undefined, ...navigator.languages]);
  await i18next.use(initReactI18next).init({
    lng,
    resources: {},
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
    react: { useSuspense: false },
  });
  i18next.services.formatter?.add("forms", forms);
  i18next.services.formatter?.add("lower", lower);
  await setLanguage(lng);
}
