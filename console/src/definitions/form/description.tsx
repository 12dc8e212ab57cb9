/** The API's description of a member, in English, with `code` between backticks. */
export function Description({ id, text }: { id?: string; text: string | undefined }) {
  if (text === undefined) return null;
  return (
    <p id={id} class="faint about" lang="en">
      {text.split('`').map((part, index) =>
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text do not change places
        index % 2 === 1 ? <code key={index}>{part}</code> : part,
      )}
    </p>
  );
}
