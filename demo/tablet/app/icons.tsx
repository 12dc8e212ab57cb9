/** The few drawings of the app. They say nothing that words beside them do not. */

export function Mark() {
  return <img className="mark" src="icon.svg" alt="" width="32" height="32" />;
}

export function Spinner() {
  return <span className="spinner" aria-hidden="true" />;
}
