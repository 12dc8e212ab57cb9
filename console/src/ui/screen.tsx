import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { path } from '../shell/router.ts';
import { common } from '../texts/common.ts';

interface ScreenProps {
  title: string;
  /** Elements next to the heading, such as buttons. */
  tools?: ComponentChildren;
  /** Distinguishes screens with the same path, such as by the device in the query. */
  place?: string;
  children: ComponentChildren;
}

/** The place where the focus was moved last: it moves on navigation, not on the first load. */
let focusedFor: string | null = null;

/** One screen. On navigation its heading gets the focus, and the tab its title. */
export function Screen({ title, tools, place = '', children }: ScreenProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · ${common().product}`;
  }, [title]);
  useEffect(() => {
    // Each path has its own screen, so this runs once for each place.
    const here = path.peek() + place;
    if (focusedFor !== null && focusedFor !== here) heading.current?.focus();
    focusedFor = here;
  }, [place]);
  return (
    <>
      <div class="heading">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {tools && <div class="tools">{tools}</div>}
      </div>
      {children}
    </>
  );
}
