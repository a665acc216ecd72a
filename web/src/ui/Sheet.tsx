import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { isComposing } from "../hooks/useComposition";
import { Button } from "./Button";
import { Drawer } from "./Drawer";

/** A form in a drawer: what was wrong, what is asked, and below it the deed. */
export function Sheet({
  title,
  shape,
  deed,
  danger,
  busy,
  failure,
  over,
  onSubmit,
  onClose,
  children,
}: {
  title: string;
  shape?: "side" | "middle";
  /** What the button says that does it; saves, where nothing is said. */
  deed?: string;
  danger?: boolean;
  busy?: boolean;
  failure?: string;
  /** There is nothing left to do here but to close it. */
  over?: boolean;
  onSubmit: () => void;
  onClose: () => void;
  children?: ReactNode;
}) {
  const { t } = useTranslation();
  return (
    <Drawer
      shape={shape}
      title={title}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t(over ? "close" : "cancel")}</Button>
          {!over && (
            <Button kind={danger ? "danger" : "primary"} disabled={busy} onClick={onSubmit}>
              {deed ?? t("save")}
            </Button>
          )}
        </>
      }
    >
      <form
        className="stack"
        noValidate
        onSubmit={(e) => {
          e.preventDefault();
          if (!over && !busy) onSubmit();
        }}
        onKeyDown={(e) => {
          if (e.key === "Enter" && isComposing(e)) e.preventDefault();
        }}
      >
        {/* With it Enter does it from any field. */}
        <button type="submit" hidden />
        {failure && (
          <p className="summary" role="alert">
            {failure}
          </p>
        )}
        {children}
      </form>
    </Drawer>
  );
}
