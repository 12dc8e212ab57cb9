import type { ComponentChildren } from 'preact';

interface FieldProps {
  label: string;
  name: string;
  /** What it has until somebody types. */
  value: string;
  /** Text that is code, such as JSON. */
  code?: boolean;
  placeholder?: string;
}

/** A text in a form; the form reads it when it is sent. */
export function Field({ label, name, value, code = false, placeholder }: FieldProps) {
  return (
    <label>
      {label}
      <input
        {...{ name, placeholder }}
        defaultValue={value}
        class={code ? 'code' : undefined}
        autoComplete="off"
        spellcheck={false}
      />
    </label>
  );
}

interface ChoiceProps {
  label: string;
  name: string;
  value: string;
  options: readonly (readonly [value: string, label: string])[];
  onChoose?: (value: string) => void;
}

/** One of several. */
export function Choice({ label, name, value, options, onChoose }: ChoiceProps) {
  return (
    <label>
      {label}
      <select name={name} value={value} onChange={(event) => onChoose?.(event.currentTarget.value)}>
        {options.map(([option, text]) => (
          <option key={option} value={option} selected={option === value}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

interface FiltersProps {
  /** Gets the members of the form by name, as texts without white space round them. */
  onApply: (values: Record<string, string>) => void;
  children: ComponentChildren;
}

/** A form that narrows a list. */
export function Filters({ onApply, children }: FiltersProps) {
  const apply = (event: SubmitEvent) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    onApply(Object.fromEntries([...data].map(([name, value]) => [name, String(value).trim()])));
  };
  return (
    <search>
      <form class="filters" onSubmit={apply}>
        {children}
      </form>
    </search>
  );
}
