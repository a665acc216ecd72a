import { useTranslation } from "react-i18next";
import { useMe } from "../api/queries";
import type { ObjectMeta, RecordData, Reference, Right } from "../api/types";

/** What of a record its owner may do where others may not; the rest is a matter of roles. */
const OWNERS: Right[] = ["edit", "share"];

/**
 * Why one may not do something and who may: undefined where one may. With a record it is about that
 * one, without about all records of the object.
 */
export function useWhyNot(object: ObjectMeta, record?: RecordData) {
  const { t } = useTranslation();
  const me = useMe().data?.user.id;
  return (verb: Right, may: boolean | undefined, of = record): string | undefined => {
    if (may) return undefined;
    const owner = of?.owner as Reference | null | undefined;
    if (OWNERS.includes(verb) && owner?.label && owner.id !== me) {
      return t("whynot.record", { verb: t(`verb.${verb}`), who: owner.label });
    }
    return t("whynot.role", { verb: t(`verb.${verb}`), what: object.label });
  };
}
