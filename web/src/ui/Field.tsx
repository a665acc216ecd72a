import type { ReactNode } from "react";

/** A label above, the control, help and the error below. */
export function FieldBox({
  id,
  label,
  required,
  help,
  error,
  wide,
  children,
}: {
  id: string;
  label: string;
  required?: boolean;
  help?: string;
  error?: string;
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
      {error && (
        <p className="error-text" id={`${id}-error`}>
          {error}
        </p>
      )}
    </div>
  );
}
