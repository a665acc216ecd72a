import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type ActionOffer, actions } from "../../api/actions";
import { isProblem, type Twins } from "../../api/problem";
import { queryClient, refresh, useObjects } from "../../api/queries";
import type { Action, ObjectMeta, RecordData } from "../../api/types";
import { useSaving } from "../../hooks/useSaving";
import { recordTitle } from "../../lib/records";
import { Drawer } from "../../ui/Drawer";
import { Sheet } from "../../ui/Sheet";
import { ErrorState, Skeleton } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { withReason } from "../conflict/conflict";
import { Blocked } from "../form/Blocked";
import { celebrate } from "../kanban/celebrate";
import { AskedField } from "./AskedField";
import { askedOf, body, missingOf, startOf } from "./actions";
import { Candidates } from "./Candidates";

/** Asks what an action asks, does it, and goes on with what came of it. */
export function ActionDialog({
  object,
  record,
  action,
  onClose,
}: {
  object: ObjectMeta;
  record: RecordData;
  action: Action;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const offer = useQuery({
    queryKey: ["action", object.plural, record.id, action.name],
    queryFn: ({ signal }) => actions.offer(object.plural, record.id, action.name, signal),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const title = t("action.of", { action: action.label, what: recordTitle(object, record) });
  if (!offer.data) {
    return (
      <Drawer shape="middle" title={title} onClose={onClose}>
        {offer.isError ? (
          <Late error={offer.error} {...{ object, record }} />
        ) : (
          <Skeleton rows={4} />
        )}
      </Drawer>
    );
  }
  return <Asking {...{ object, record, action, onClose, title }} offer={offer.data} />;
}

/** It cannot be done any more: what is shown behind is old. */
function Late({
  error,
  object,
  record,
}: {
  error: unknown;
  object: ObjectMeta;
  record: RecordData;
}) {
  useState(() => refresh(object.plural, record.id));
  return <ErrorState error={error} />;
}

function Asking({
  object,
  record,
  action,
  title,
  offer,
  onClose,
}: {
  object: ObjectMeta;
  record: RecordData;
  action: Action;
  title: string;
  offer: ActionOffer;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const objects = useObjects().data?.objects;
  const { fields, help } = offer.action;
  const [values, setValues] = useState<Record<string, unknown>>(() => {
    const start: Record<string, unknown> = startOf(fields);
    for (const f of fields) {
      const first = offer.candidates[f.name]?.records[0];
      const target = f.targets?.[0];
      if (first && target) start[f.name] = { id: first.id, object: target, label: first.label };
      else if (offer.values[f.name] !== undefined) start[f.name] = offer.values[f.name];
    }
    return start;
  });
  const saving = useSaving();
  /** Somebody else was first: there is nothing left to do here. */
  const [late, setLate] = useState(false);
  const [twins, setTwins] = useState<Twins>();
  const [reason, setReason] = useState("");
  const asked = askedOf(fields, values);

  function go() {
    const missing = missingOf(asked, values);
    saving.setErrors(
      Object.fromEntries(missing.map((f) => [f.name, t("form.required", { what: f.label })])),
    );
    if (missing.length) return;
    void saving.run(send, (e) => {
      if (!isProblem(e)) return;
      setTwins(e.duplicates);
      if (!e.duplicates && (e.status === 409 || e.status === 404)) {
        setLate(true);
        refresh(object.plural, record.id);
      }
    });
  }

  async function send() {
    const said = withReason(body(asked, values), twins && reason);
    const { next } = await actions.run(object.plural, record.id, action.name, said);
    refresh(object.plural, record.id);
    queryClient.invalidateQueries({ queryKey: ["list"] });
    queryClient.invalidateQueries({ queryKey: ["timeline"] });
    const led = object.fields
      .find((f) => f.name === object.stage_field)
      ?.options?.find((o) => o.value === action.leads);
    if (led?.kind === "won") celebrate();
    toast(t("action.done", { action: action.label, what: recordTitle(object, record) }));
    onClose();
    const to = objects?.find((o) => o.name === next.object);
    if (to && next.id && next.id !== record.id) {
      navigate({ to: "/o/$plural/$id", params: { plural: to.plural, id: next.id } });
    }
  }

  const { errors, failure } = saving;
  const unknown = Object.entries(errors).filter(([n]) => !asked.some((f) => f.name === n));
  return (
    <Sheet
      shape="middle"
      title={title}
      deed={action.label}
      busy={saving.busy}
      over={late}
      failure={
        twins
          ? undefined
          : [failure, ...unknown.map(([, m]) => m).filter((m) => m !== failure)].join(" ")
      }
      onSubmit={go}
      onClose={onClose}
    >
      {help && !late && <p className="muted">{help}</p>}
      {twins && (
        <Blocked
          twins={twins}
          reason={reason}
          setReason={setReason}
          busy={saving.busy}
          onSave={go}
        />
      )}
      {(late ? [] : asked).map((f) => {
        const candidates = offer.candidates[f.name];
        const shared = {
          id: `action-${f.name}`,
          field: f,
          value: values[f.name],
          error: errors[f.name],
          onChange: (v: unknown) => setValues((b) => ({ ...b, [f.name]: v })),
        };
        return candidates ? (
          <Candidates key={f.name} {...shared} candidates={candidates} />
        ) : (
          <AskedField key={f.name} {...shared} />
        );
      })}
    </Sheet>
  );
}
