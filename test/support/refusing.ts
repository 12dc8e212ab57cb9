/** Bindings that refuse every call, as the platform does. */

/** A binding of which every call, at any depth, fails with this error. */
export function refusing<Binding extends object>(message: string, flags: object = {}): Binding {
  const fail = () => Promise.reject(Object.assign(new Error(message), flags));
  // Statements, sessions and stubs are created without a call; what they run is refused.
  const made = new Set(['prepare', 'bind', 'withSession', 'getByName']);
  const binding: Binding = new Proxy({} as Binding, {
    get: (_target, name) => (name === 'then' ? undefined : made.has(String(name)) ? () => binding : fail),
  });
  return binding;
}
