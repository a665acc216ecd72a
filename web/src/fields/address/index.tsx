import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import type { Address } from "../../api/types";
import { addressLine } from "../../lib/records";
import { Input } from "../../ui/Input";
import { editorProps } from "../base";
import type { DisplayProps, EditorProps, FieldType } from "../types";

function Display({ value }: DisplayProps) {
  return <>{addressLine(value as Address | null)}</>;
}

const PARTS = ["country", "zip", "region", "city", "district", "street"] as const;
type Part = (typeof PARTS)[number];

/** Text that is more than one part: a block copied from a card or a web page. */
const isBlock = (text: string) =>
  text.trim().length > 5 && /[\u3400-\u9fff]/.test(text) && /[市縣县省區区鄉乡鎮镇路街]/.test(text);

function Editor(p: EditorProps) {
  const { t } = useTranslation();
  const v = (p.value ?? {}) as Address;
  const taiwan = !v.country || /^(tw|taiwan|台灣|臺灣|台湾)$/i.test(v.country);
  const places = useQuery({
    queryKey: ["places"],
    queryFn: api.places,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const regions = taiwan ? (places.data?.regions ?? []) : [];
  const plain = (s: string | undefined) => (s ?? "").replaceAll("臺", "台");
  const districts = regions.find((r) => r.name === plain(v.region || v.city))?.districts ?? [];
  const put = (next: Address) => p.onChange(PARTS.every((x) => !next[x]) ? null : next);
  const set = (part: Part, text: string) => {
    const next: Address = { ...v, [part]: text };
    const zip = part === "district" && districts.find((d) => d.name === plain(text))?.zip;
    // The last digits of a longer code are the street's, which another district does not have.
    if (zip && !next.zip?.startsWith(zip)) next.zip = zip;
    put(next);
  };
  async function take(part: Part, text: string) {
    try {
      const { value } = await api.readAddress(text);
      put(value.region || value.city ? { ...v, ...value } : { ...v, [part]: text });
    } catch {
      put({ ...v, [part]: text });
    }
  }
  const lists: Partial<Record<Part, string[]>> = {
    region: regions.map((r) => r.name),
    district: districts.map((d) => d.name),
  };
  return (
    <div className="address">
      {PARTS.map((part, i) => (
        <Input
          key={part}
          {...editorProps(p)}
          autoFocus={i === 0 && p.autoFocus}
          id={i === 0 ? p.id : `${p.id}-${part}`}
          className={`address-${part}`}
          aria-label={`${p.field.label} ${t(`address.${part}`)}`}
          placeholder={t(`address.${part}`)}
          list={lists[part]?.length ? `${p.id}-${part}-list` : undefined}
          value={v[part] ?? ""}
          onChange={(e) => set(part, e.target.value)}
          onPaste={(e) => {
            const text = e.clipboardData.getData("text");
            if (!isBlock(text)) return;
            e.preventDefault();
            void take(part, text.replace(/\s*\n\s*/g, " "));
          }}
        />
      ))}
      {(["region", "district"] as const).map(
        (part) =>
          !!lists[part]?.length && (
            <datalist key={part} id={`${p.id}-${part}-list`}>
              {lists[part]?.map((name) => (
                <option key={name} value={name} />
              ))}
            </datalist>
          ),
      )}
    </div>
  );
}

export const address: FieldType = {
  Display,
  Editor,
  operators: ["contains", "empty", "notempty"],
  width: 240,
  wide: true,
};
