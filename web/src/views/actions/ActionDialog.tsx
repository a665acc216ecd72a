import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type ActionOffer, actions } from "../../api/actions";
import { isProblem, type Twins } from "../../api/problem";
import { queryClient, refresh, useObjects } from "../../api/queries";
import type { Action, ObjectMeta, RecordData } from "../../api/types";
import { fieldType } from "../../fields";
import { isComposing } from "../../hooks/useComposition";
import { applies, isEmpty, recordTitle, toWrite } from "../../lib/records";
import { Button } from "../../ui/Button";
import { Drawer } from "../../ui/Drawer";
import { FieldBox } from "../../ui/Field";
import { ErrorState, Skeleton, useErrorText } from "../../ui/State";
import { toast } from "../../ui/Toast";
import { withReason } from "../conflict/conflict";
import { Blocked } from "../form/Blocked";
import { celebrate } from "../kanban/celebrate";
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
  const errorText = useErrorText();
  const navigate = useNavigate();
  const objects = useObjects().data?.objects;
  const { fields, help } = offer.action;
  const [values, setValues] = useState<Record<string, unknown>>(() => {
    const start: Record<string, unknown> = {};
    for (const f of fields) {
      const first = offer.candidates[f.name]?.records[0];
      const target = f.targets?.[0];
      if (first && target) start[f.name] = { id: first.id, object: target, label: first.label };
      else if (offer.values[f.name] !== undefined) start[f.name] = offer.values[f.name];
      else if (f.default !== undefined && f.default !== null) start[f.name] = f.default;
    }
    return start;
  });
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [failure, setFailure] = useState("");
  const [busy, setBusy] = useState(false);
  /** Somebody else was first: there is nothing left to do here. */
  const [late, setLate] = useState(false);
  const [twins, setTwins] = useState<Twins>();
  const [reason, setReason] = useState("");
  const asked = fields.filter((f) => !f.only || applies(f, { ...values, [f.name]: null }));

  async function go() {
    if (busy) return;
    const missing = asked.filter((f) => f.required && isEmpty(values[f.name]));
    setErrors(
      Object.fromEntries(missing.map((f) => [f.name, t("form.required", { what: f.label })])),
    );
    setFailure("");
    if (missing.length) return;
    setBusy(true);
    try {
      const body = Object.fromEntries(asked.map((f) => [f.name, toWrite(f, values[f.name])]));
      const said = withReason(body, twins && reason);
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
    } catch (e) {
      if (isProblem(e)) {
        setTwins(e.duplicates);
        setErrors(e.duplicates ? {} : e.byField());
        if (!e.duplicates && (e.status === 409 || e.status === 404)) {
          setLate(true);
          refresh(object.plural, record.id);
        }
      }
      setFailure(errorText(e));
    } finally {
      setBusy(false);
    }
  }

  const unknown = Object.entries(errors).filter(([n]) => !asked.some((f) => f.name === n));
  return (
    <Drawer
      shape="middle"
      title={title}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t(late ? "close" : "cancel")}</Button>
          {!late && (
            <Button kind="primary" disabled={busy} onClick={go}>
              {action.label}
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
          go();
        }}
        onKeyDown={(e) => {
          if (e.key === "Enter" && isComposing(e)) e.preventDefault();
        }}
      >
        {help && !late && <p className="muted">{help}</p>}
        {twins && (
          <Blocked
            twins={twins}
            reason={reason}
            setReason={setReason}
            busy={busy}
            onSave={() => go()}
          />
        )}
        {failure && !twins && (
          <p className="summary" role="alert">
            {[failure, ...unknown.map(([, m]) => m).filter((m) => m !== failure)].join(" ")}
          </p>
        )}
        {(late ? [] : asked).map((f) => {
          const type = fieldType(f);
          const id = `action-${f.name}`;
          const candidates = offer.candidates[f.name];
          const set = (v: unknown) => setValues((b) => ({ ...b, [f.name]: v }));
          if (candidates) {
            return (
              <Candidates
                key={f.name}
                id={id}
                field={f}
                candidates={candidates}
                value={values[f.name]}
                error={errors[f.name]}
                onChange={set}
              />
            );
          }
          if (f.type === "boolean") {
            return (
              <label key={f.name} htmlFor={id} className="row check">
                <type.Editor id={id} field={f} value={values[f.name]} onChange={set} />
                {f.label}
              </label>
            );
          }
          return (
            <FieldBox
              key={f.name}
              id={id}
              label={f.label}
              required={f.required}
              help={f.help}
              error={errors[f.name]}
            >
              <type.Editor
                id={id}
                field={f}
                value={values[f.name]}
                invalid={!!errors[f.name]}
                describedBy={errors[f.name] ? `${id}-error` : undefined}
                onChange={set}
              />
            </FieldBox>
          );
        })}
      </form>
    </Drawer>
  );
}
