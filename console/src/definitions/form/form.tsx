import type { ComponentChildren } from 'preact';
import { type FormContext, FormProvider } from './context.ts';
import { SchemaField } from './schema-field.tsx';

/** Fields that are generated from schemas. */
export function Form({ children, ...context }: Omit<FormContext, 'Field'> & { children: ComponentChildren }) {
  return <FormProvider value={{ ...context, Field: SchemaField }}>{children}</FormProvider>;
}
