/** The app's few drawings. They are decoration: the words next to them say the same. */

export function Mark() {
  return <img className="mark" src="icon.svg" alt="" width="32" height="32" />;
}

export function Spinner() {
  return <span className="spinner" aria-hidden="true" />;
}
