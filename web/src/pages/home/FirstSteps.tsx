import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { api } from "../../api/client";
import type { ObjectMeta } from "../../api/types";
import { useUrl } from "../../hooks/useUrl";
import { Button } from "../../ui/Button";
import { Icon } from "../../ui/Icon";

/** Is there nothing yet? False while nobody knows. */
export function useNothing(customer: ObjectMeta | undefined): boolean {
  const any = useQuery({
    queryKey: ["home", "any", customer?.plural],
    queryFn: ({ signal }) => api.list(customer?.plural ?? "", { limit: 1, count: "none" }, signal),
    enabled: !!customer,
    retry: false,
  });
  return any.data?.records.length === 0;
}

/** What to do first in an empty company; gone as soon as there is a customer. */
export function FirstSteps({ customer, admin }: { customer: ObjectMeta; admin: boolean }) {
  const { t } = useTranslation();
  const [, setUrl] = useUrl();
  return (
    <section className="panel first-steps" aria-label={t("first.title")}>
      <h2>{t("first.title")}</h2>
      <p className="muted">{t("first.text")}</p>
      <div className="row">
        {customer.access.import && (
          <Link to="/import" search={{ object: customer.name }} className="btn btn-primary">
            <Icon name="import" size={16} />
            {t("first.import")}
          </Link>
        )}
        {customer.access.create && (
          <Button
            icon={<Icon name="plus" size={16} />}
            onClick={() => setUrl({ create: customer.name }, { push: true })}
          >
            {t("new.of", { what: customer.label })}
          </Button>
        )}
        {admin && (
          <Link to="/settings/$section" params={{ section: "users" }} search={{}} className="btn">
            <Icon name="users" size={16} />
            {t("first.people")}
          </Link>
        )}
      </div>
    </section>
  );
}
