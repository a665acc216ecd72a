import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../../ui/Button";

/** Something shown once, to be copied. */
export function Secret({ value }: { value: string }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  return (
    <div className="secret">
      <code>{value}</code>
      {/* Without HTTPS a page may not write to the clipboard: the text can be selected. */}
      {!!navigator.clipboard && (
        <Button
          small
          onClick={async () => {
            await navigator.clipboard.writeText(value);
            setCopied(true);
          }}
        >
          {t(copied ? "copied" : "copy")}
        </Button>
      )}
    </div>
  );
}
