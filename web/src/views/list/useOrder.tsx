import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useUrl } from "../../hooks/useUrl";
import { IconButton } from "../../ui/Button";
import { Icon } from "../../ui/Icon";
import { orderProblem } from "./problem";
import type { ListResult } from "./useList";

type Order = { sort?: string; group?: string };

/**
 * An order the server refuses gives way to the one the list stood in before; what is answered tells
 * the reason beside the list until another is chosen.
 */
export function useOrder(list: Pick<ListResult, "error" | "isSuccess" | "isPlaceholderData">) {
  const { t } = useTranslation();
  const [{ sort, group }, setUrl] = useUrl();
  const former = useRef<Order>({});
  const [told, setTold] = useState<Order & { text: string }>();
  const refused = orderProblem(list.error);
  const stands = list.isSuccess && !list.isPlaceholderData;
  useEffect(() => {
    if (stands) former.current = { sort, group };
  }, [stands, sort, group]);
  useEffect(() => {
    if (!refused) return;
    const before = former.current;
    // An order that once was fine may be refused since: then the list's own is left.
    const again = before.sort === sort && before.group === group;
    const back: Order = { sort: undefined, group: undefined, ...(again ? {} : before) };
    setTold({ ...back, text: refused });
    setUrl(back);
  }, [refused, sort, group, setUrl]);
  if (!told || told.sort !== sort || told.group !== group) return null;
  return (
    <div className="notice notice-warn order-notice row" role="status">
      <span className="grow">{told.text}</span>
      <IconButton label={t("close")} onClick={() => setTold(undefined)}>
        <Icon name="close" size={14} />
      </IconButton>
    </div>
  );
}
