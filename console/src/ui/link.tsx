import type { ComponentChildren } from 'preact';
import { go } from '../shell/router.ts';

interface LinkProps {
  /** An address of the console, from `addressOf`. */
  to: string;
  children: ComponentChildren;
  class?: string;
  current?: boolean;
}

/** Shows another screen without loading the page, unless the user opens a new tab. */
export function Link({ to, children, current = false, ...rest }: LinkProps) {
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(to);
  };
  return (
    <a href={to} onClick={follow} aria-current={current ? 'page' : undefined} {...rest}>
      {children}
    </a>
  );
}
