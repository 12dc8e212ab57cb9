import type { ComponentChildren } from 'preact';
import { type Fault, faultsOf, idOf, useForm } from './context.ts';
import { Description } from './description.tsx';

/** Attributes that connect a control to its label. */
export interface Labelling {
  id: string;
  'aria-describedby': string | undefined;
  'aria-invalid': boolean | undefined;
  'aria-required': boolean | undefined;
}

interface LabelledProps {
  pointer: string;
  label: string;
  description: string | undefined;
  isRequired: boolean;
  /** Elements next to the label, such as a button. */
  tools?: ComponentChildren;
  /** Uses the whole width of the form. */
  isWide?: boolean;
  /** A problem in addition to the form's faults. */
  problem?: string | undefined;
  children: (labelling: Labelling) => ComponentChildren;
}

/** A control with its label, description and faults. */
export function Labelled({
  pointer,
  label,
  description,
  isRequired,
  tools,
  isWide = false,
  problem,
  children,
}: LabelledProps) {
  const form = useForm();
  const id = idOf(form.name, pointer);
  const faults = [...faultsOf(form, pointer), ...(problem === undefined ? [] : [{ pointer, detail: problem }])];
  const [faultsId, textId] = [`${id}!`, `${id}?`];
  const describedBy = [faults.length > 0 && faultsId, description !== undefined && textId].filter(Boolean).join(' ');
  return (
    <div class={isWide ? 'member wide' : 'member'}>
      <div class="member-label">
        <label for={id} class={isRequired ? 'needed' : undefined}>
          <code>{label}</code>
        </label>
        {tools}
      </div>
      {children({
        id,
        'aria-describedby': describedBy || undefined,
        'aria-invalid': faults.length > 0 || undefined,
        'aria-required': isRequired || undefined,
      })}
      <Faults id={faultsId} of={faults} pointer={pointer} />
      <Description id={textId} text={description} />
    </div>
  );
}

/** Faults of a member; faults of its parts with their place in it. */
export function Faults({ id, of, pointer }: { id?: string; of: readonly Fault[]; pointer: string }) {
  if (of.length === 0) return null;
  return (
    <ul id={id} class="faults">
      {of.map(({ pointer: place, detail }) => (
        <li key={place + detail}>
          {place !== pointer && <code>{place.slice(pointer.length)}</code>} {detail}
        </li>
      ))}
    </ul>
  );
}
