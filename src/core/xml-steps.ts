/** Places in XML (CONTRACT 4 "XML"): paths of local names, or of names within one namespace as James Clark writes them, `{uri}Item`. */

/** One step of a path: an element, or at the end an attribute. */
export interface XmlStep {
  local: string;
  /** Null: any namespace; empty: no namespace. */
  uri: string | null;
  isAttribute: boolean;
}

/** Slashes within braces belong to the URI. */
const SEGMENT = /\/((?:\{[^{}]*\}|[^/{}])*)/gy;
const STEP = /^(@?)(?:\{([^{}]*)\})?(.+)$/;
/** Names without a prefix (Namespaces in XML 1.0, production 4; XML 1.0, productions 4 and 4a). */
const START = String.raw`A-Z_a-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C\u200D\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\u{10000}-\u{EFFFF}`;
const NAME = new RegExp(String.raw`^[${START}][-.0-9\u00B7\u0300-\u036F\u203F\u2040${START}]*$`, 'u');

/** The steps of a path; `/`, which means the element itself, has none. Null: the text is not a path. */
export function xmlSteps(path: string): XmlStep[] | null {
  if (path === '/') return [];
  const segments = [...path.matchAll(SEGMENT)];
  if (segments.length === 0 || segments.reduce((sum, [text]) => sum + text.length, 0) !== path.length) return null;
  const steps = segments.map(([, segment = '']) => stepOf(segment));
  if (!steps.every((step) => step !== null)) return null;
  return steps.slice(0, -1).some(({ isAttribute }) => isAttribute) ? null : steps;
}

/** As everywhere in a definition, `~1` is a slash and `~0` a tilde (RFC 6901). */
function stepOf(segment: string): XmlStep | null {
  const [, at, uri, local = ''] = STEP.exec(segment.replaceAll('~1', '/').replaceAll('~0', '~')) ?? [];
  return NAME.test(local) ? { local, uri: uri ?? null, isAttribute: at === '@' } : null;
}
