import type { ReactNode } from "react";

/** A label above, the control, help and the error below. */
export function FieldBox({
  id,
  label,
  required,
  help,
  error,
  warning,
  wide,
  children,
}: {
  id: string;
  label: string;
  required?: boolean;
  help?: string;
  error?: string;
  /** Something is doubtful; it stops nothing. */
  warning?: string;
  wide?: boolean;
  children: ReactNode;
}) {
  return (
    <div className={`field ${wide ? "field-wide" : ""} ${error ? "field-bad" : ""}`}>
      <label htmlFor={id}>
        {label}
        {required && (
          <span className="required" aria-hidden="true">
            *
          </span>
        )}
      </label>
      {children}
      {help && !error && <p className="help">{help}</p>}
      {warning && !error && (
        <p className="warn-text" role="status" id={`${id}-warning`}>
          {warning}
        </p>
      )}
      {error && (
        <p className="error-text" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}
